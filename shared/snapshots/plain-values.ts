import type { RawFields, RawValue } from '../ports/memory.ts';

/** Fields as JSON would give them, for those who judge records; times as RFC 3339, bytes as base64. Not the way back. */
export function plainFields(fields: RawFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainValue(value)]));
}

export function plainValue(value: RawValue): unknown {
  if ('nullValue' in value) return null;
  if ('booleanValue' in value) return value.booleanValue;
  if ('integerValue' in value) {
    const number = Number(value.integerValue);
    return Number.isSafeInteger(number) ? number : value.integerValue;
  }
  if ('doubleValue' in value) return value.doubleValue;
  if ('timestampValue' in value) {
    const { seconds, nanos } = value.timestampValue;
    return new Date(Number(seconds) * 1000 + Math.floor(nanos / 1_000_000)).toISOString();
  }
  if ('stringValue' in value) return value.stringValue;
  if ('bytesValue' in value) return Buffer.from(value.bytesValue).toString('base64');
  if ('referenceValue' in value) return value.referenceValue;
  if ('geoPointValue' in value) return { ...value.geoPointValue };
  if ('arrayValue' in value) return value.arrayValue.values.map(plainValue);
  return plainFields(value.mapValue.fields);
}

import { epochMs, parseInstant } from '../../domain/time.ts';

/** How BigQuery writes a timestamp when it exports one. */
const EXPORTED = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,9})?(?: UTC|\+00(?::00)?)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** Milliseconds since 1970 of a field that tells a time: RFC 3339, a date (its beginning in UTC), or as BigQuery exports it. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const at = parseInstant(rfc3339(value));
  return at === undefined ? undefined : epochMs(at);
}

function rfc3339(value: string): string {
  if (DATE.test(value)) return `${value}T00:00:00Z`;
  const exported = EXPORTED.exec(value);
  return exported === null ? value : `${exported[1]}T${exported[2]}${exported[3] ?? ''}Z`;
}

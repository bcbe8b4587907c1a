import { createHmac } from 'node:crypto';

/** Names records of people by a keyed hash: the same for the same record, and of no use to whoever lacks the key. */
export function nameHashed(known: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pins: { readonly configuration: string };
}): (path: string) => string {
  const key = known.environment.HIGHNOON_PII_KEY ?? `highnoon ${known.pins.configuration}`;
  return (path) => `hmac:${createHmac('sha256', key).update(path).digest('hex').slice(0, 24)}`;
}

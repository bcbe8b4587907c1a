import { createHmac } from 'node:crypto';
import { parseSource } from '../configuration/index.ts';
import type { EvidenceSource } from './evidence-source.ts';
import { fieldOf } from './fields.ts';
import type { Identify } from './tally.ts';

/** What names a record where the system itself makes the records; people are not among them. */
const OWN_KEYS: Readonly<Record<string, string>> = {
  'run:env': 'service',
  repositories: 'file',
  metrics: 'metric',
  https: 'route',
  sample: 'route',
};

const LONGEST_ID = 120;

/**
 * How the records of one evidence are named: by its `key`, else by their position. Of evidence about people the name
 * is a keyed hash, the same for the same record as long as the key is, and of no use to whoever lacks the key.
 */
export function identifierOf(name: string, source: EvidenceSource | undefined, piiKey: string): Identify {
  const parsed = parseSource(source?.source_uri ?? '');
  const key = source?.key ?? (typeof parsed === 'string' ? undefined : OWN_KEYS[parsed.system]);
  return (record, position) => {
    const value = key === undefined ? undefined : fieldOf(record, key);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint')
      return `record ${position}`;
    return source?.pii === true ? hashed(piiKey, name, String(value)) : plain(String(value));
  };
}

function hashed(piiKey: string, name: string, id: string): string {
  return `hmac:${createHmac('sha256', piiKey).update(`${name}\n${id}`).digest('hex').slice(0, 24)}`;
}

/** Ids come from outside: one line, no control characters, no longer than a name can be. */
function plain(id: string): string {
  const line = id.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
  return line.length > LONGEST_ID ? `${line.slice(0, LONGEST_ID)}…` : line;
}

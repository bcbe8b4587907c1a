import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PortError, type PortErrorCode, UsageError } from '../../../domain/errors.ts';
import { DNS_RECORD_TYPES, type DnsPort } from '../../../ports/dns.ts';
import { canonicalSet } from '../../http/dns.ts';
import { domainName } from '../../http/domain-name.ts';

const FAILURES = {
  NXDOMAIN: 'not-found',
  SERVFAIL: 'unavailable',
  TIMEOUT: 'deadline-exceeded',
} as const satisfies Record<string, PortErrorCode>;

const zoneSchema = z.record(
  z.string(),
  z.union([
    z.enum(Object.keys(FAILURES) as (keyof typeof FAILURES)[]),
    z.partialRecord(z.enum(DNS_RECORD_TYPES), z.array(z.string())),
  ]),
);
export type SampleZone = z.infer<typeof zoneSchema>;

/** The two domains that the sample world protects, with addresses that RFC 5737 keeps for examples. */
export const SAMPLE_ZONE: SampleZone = {
  'protected-a.example': { A: ['192.0.2.10', '192.0.2.11'] },
  'protected-b.example': { A: ['192.0.2.20'] },
};

/**
 * The name system of the sample world: a JSON file such as `{"protected-a.example": {"A": ["192.0.2.10"]},
 * "lost.example": "SERVFAIL"}`, read for every question, so that a person's edit counts at once. While the file is
 * absent the sample's own domains are answered. A mistake in the file is a `UsageError`.
 */
export function createSampleDns(options: { readonly file: string }): DnsPort {
  return {
    async records(domain, type, { signal }) {
      const name = domainName(domain);
      if (signal?.aborted)
        throw new PortError('dns', 'deadline-exceeded', `${type} records of ${name}: no answer in time`);
      const zone = await readZone(options.file);
      const entry = Object.hasOwn(zone, name) ? zone[name] : undefined;
      const failure = entry === undefined ? 'NXDOMAIN' : entry;
      if (typeof failure === 'string') {
        throw new PortError('dns', FAILURES[failure], `${type} records of ${name}: ${failure}`);
      }
      return canonicalSet(failure[type] ?? []);
    },
  };
}

async function readZone(file: string): Promise<SampleZone> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return SAMPLE_ZONE;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError('dns.json: not JSON; an object of domains with their record sets is allowed');
  }
  const zone = zoneSchema.safeParse(value);
  if (zone.success) return zone.data;
  throw new UsageError(`dns.json: ${z.prettifyError(zone.error).replaceAll('\n', ' ')}`);
}

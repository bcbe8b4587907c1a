import type { Configuration } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import { type Evidence, fails, type Observation, result, unknown } from '../../domain/finding.ts';
import { DNS_RECORD_TYPES, type DnsRecordType } from '../../ports/dns.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { canonicalRecords } from './canonical-records.ts';

type Protected = Configuration['protected_dns'][number];
type RecordType = keyof Protected['records'];

interface Looked {
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
}

const AT_ONCE = 8;
const TIMEOUT_MS = 5000;
const REMEDY = 'find out who changed the zone; put the records back, or change `protected_dns` on purpose';

export const verifyProtectedDns = defineOperation({
  name: 'verify-protected-dns',
  claim: 'every protected name has exactly the records that the configuration gives it',
  kind: 'check',
  failure: 'hard',
  needs: ['dns'],
  timeoutSeconds: 60,
  async run(context) {
    const names = context.configuration.protected_dns;
    if (names.length === 0) return nothingConfigured(context, 'protected_dns');
    const questions = names.flatMap((name) =>
      Object.entries(name.records).flatMap(([type, records]) =>
        records === undefined ? [] : [{ name, type: type as RecordType, records }],
      ),
    );
    const looked = await mapLimited(questions, AT_ONCE, ({ name, type, records }) =>
      look(context, name, type, records),
    );
    return result(
      looked.flatMap(({ findings }) => findings),
      looked.flatMap(({ evidence }) => evidence),
    );
  },
});

async function look(
  context: ContextOf<'dns'>,
  { domain, on_change }: Protected,
  type: RecordType,
  expected: readonly string[],
): Promise<Looked> {
  const base = { subject: `dns/${domain}/${type}`, ...(on_change === 'warn' ? { soft: true } : {}) };
  if (!isAsked(type)) {
    const message = `${type} records cannot be asked for; ${DNS_RECORD_TYPES.join(', ')} can`;
    const remedy = `take ${type} out of \`protected_dns\`, and have it watched elsewhere`;
    return { findings: [unknown({ ...base, code: 'unsupported-type', message, remedy })], evidence: [] };
  }
  const { found, fault } = await ask(context, domain, type, base);
  if (fault !== undefined) return { findings: [fault], evidence: [] };
  const request = `${type} records of ${domain}`;
  const evidence = { subject: base.subject, request, observedAt: context.now(), value: found };
  const wanted = canonicalRecords(type, expected);
  if (found !== null && wanted.join('\n') === found.join('\n')) return { findings: [], evidence: [evidence] };
  const message =
    found === null
      ? `${domain} does not exist; ${wanted.join(', ')} is expected`
      : `it has ${shown(found)} where ${shown(wanted)} is expected`;
  const code = found === null ? 'domain-absent' : 'records-changed';
  return { findings: [fails({ ...base, code, message, remedy: REMEDY })], evidence: [evidence] };
}

/** `found` is null for a name that does not exist, which is an answer: its records are gone. */
async function ask(
  context: ContextOf<'dns'>,
  domain: string,
  type: DnsRecordType,
  base: { readonly subject: string; readonly soft?: boolean },
): Promise<{ found: readonly string[] | null; fault?: Observation }> {
  try {
    const options = { timeoutMs: TIMEOUT_MS, signal: context.signal };
    return { found: canonicalRecords(type, await context.ports.dns.records(domain, type, options)) };
  } catch (error) {
    if (error instanceof PortError && error.code === 'not-found') return { found: null };
    const soft = base.soft === true ? { soft: true } : {};
    return { found: null, fault: cannotTell(error, base.subject, 'its records cannot be looked up', soft) };
  }
}

const isAsked = (type: RecordType): type is RecordType & DnsRecordType =>
  (DNS_RECORD_TYPES as readonly string[]).includes(type);

const shown = (records: readonly string[]): string => (records.length === 0 ? 'no records' : records.join(', '));

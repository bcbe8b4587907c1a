import { PortError } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/finding.ts';
import { decideForged, decideStatus, type Judge, Undecided } from '../../domain/guardrails/index.ts';
import { digestOf } from '../../domain/json.ts';
import { mapLimited } from '../support/map-limited.ts';
import { type Case, identifyIn, sourceOf } from './cases.ts';
import type { ComplianceContext } from './compliance-context.ts';
import { addressOf } from './read-pages.ts';

/** Different addresses that one guardrail may ask; more cannot be asked within the time of a phase. */
const MOST_ADDRESSES = 2_000;
const ASKED_AT_ONCE = 4;
/** Certificates are documents of some pages; four of this size at once stay far below the memory limit. */
const LARGEST_ANSWER = 8 * 1024 * 1024;
const ANSWER_TIMEOUT_MS = 10_000;

const awaiting = new WeakMap<Case, Map<string, string[]>>();

/** Collects the addresses that `http_status` asks when all records were read: equal ones are asked once. */
export function addressJudge(context: ComplianceContext, one: Case): Judge {
  const { guardrail } = one;
  const identify = identifyIn(context, guardrail.evidence);
  const field = guardrail.check === 'http_status' ? guardrail.field : '';
  const asked = new Map<string, string[]>();
  awaiting.set(one, asked);
  let position = 0;
  return {
    evidence: guardrail.evidence,
    decide(record) {
      position += 1;
      const address = Object.hasOwn(record, field) ? record[field] : undefined;
      if (typeof address !== 'string' || address === '') return new Undecided(`the field ${field} has no address`);
      const known = asked.get(address);
      if (known !== undefined) known.push(identify(record, position));
      else if (asked.size < MOST_ADDRESSES) asked.set(address, [identify(record, position)]);
      else return new Undecided(`there are more than ${MOST_ADDRESSES} different addresses`);
      return 'holds';
    },
  };
}

/** Asks what the guardrails want to have asked, and counts what the answers say. */
export async function askAddresses(context: ComplianceContext, cases: readonly Case[]): Promise<Evidence[]> {
  const receipts: Evidence[] = [];
  for (const one of cases) {
    if (one.guardrail.check === 'http_status') receipts.push(...(await askStatus(context, one, one.guardrail.status)));
    if (one.guardrail.check === 'http_denies_forged') receipts.push(await askForged(context, one));
  }
  return receipts;
}

async function askStatus(
  context: ComplianceContext,
  one: Case,
  wanted: number | readonly number[],
): Promise<Evidence[]> {
  const addresses = [...(awaiting.get(one) ?? [])];
  if (addresses.length === 0) return [];
  const answers = await mapLimited(addresses, ASKED_AT_ONCE, async ([address, ids]) => {
    const status = await statusOf(context, address);
    const decision = typeof status === 'number' ? decideStatus(status, wanted) : status;
    // Counted as holding while the address was only noted down.
    for (const id of ids) if (decision !== 'holds') one.tally.revise(decision, id);
    return [address, typeof status === 'number' ? status : null] as const;
  });
  return [receiptOf(context, one, `GET of ${addresses.length} addresses, without credentials`, answers)];
}

async function askForged(context: ComplianceContext, one: Case): Promise<Evidence> {
  const { guardrail } = one;
  if (guardrail.check !== 'http_denies_forged') throw new TypeError(guardrail.check);
  const source = sourceOf(context, guardrail.evidence);
  const routes = guardrail.routes ?? source?.routes ?? [];
  const answers = await mapLimited(routes, ASKED_AT_ONCE, async (route) => {
    const status = await statusOf(context, addressOf(source?.source_uri ?? '', route), guardrail.cookie);
    const decision = typeof status === 'number' ? decideForged(status, guardrail.expect_status) : status;
    one.tally.countId(decision, route);
    return [route, typeof status === 'number' ? status : null] as const;
  });
  const name = guardrail.cookie.split('=')[0];
  return receiptOf(
    context,
    one,
    `GET ${source?.source_uri}: ${routes.join(', ')} with a forged cookie ${name}`,
    answers,
  );
}

/** What is no address leads nobody anywhere; of one that does not answer nothing is known. */
type NoStatus = 'fails' | Undecided;

/** The status, or why there is none. */
async function statusOf(context: ComplianceContext, url: string, cookie?: string): Promise<number | NoStatus> {
  const limits = { maxBytes: LARGEST_ANSWER, timeoutMs: ANSWER_TIMEOUT_MS, signal: context.signal };
  const headers = cookie === undefined ? {} : { cookie };
  try {
    return (await context.ports.http.request(url, { method: 'GET', ...limits, ...headers })).status;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    if (error.code === 'too-large') return statusOfLarge(context, url, cookie);
    return error.code === 'invalid' ? 'fails' : new Undecided(`an address did not answer (${error.code})`);
  }
}

async function statusOfLarge(context: ComplianceContext, url: string, cookie?: string): Promise<number | NoStatus> {
  const limits = { maxBytes: 0, timeoutMs: ANSWER_TIMEOUT_MS, signal: context.signal };
  try {
    const headers = cookie === undefined ? {} : { cookie };
    return (await context.ports.http.request(url, { method: 'HEAD', ...limits, ...headers })).status;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return new Undecided(`an address did not answer (${error.code})`);
  }
}

function receiptOf(
  context: ComplianceContext,
  one: Case,
  request: string,
  answers: readonly (readonly [string, number | null])[],
): Evidence {
  const counts: Record<string, number> = {};
  for (const [, status] of answers) counts[status ?? 'none'] = (counts[status ?? 'none'] ?? 0) + 1;
  const digest = digestOf([...answers].sort(([a], [b]) => (a < b ? -1 : 1)));
  const subject = `${one.guardrail.evidence}/${one.guardrail.id}`;
  one.digests.set(subject, digest);
  return { subject, request, observedAt: context.now(), value: { answers: counts }, digest };
}

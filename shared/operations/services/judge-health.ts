import type { Service } from '../../domain/configuration/index.ts';
import { fails, type Observation, unknown } from '../../domain/finding.ts';
import { canonicalJson } from '../../domain/json.ts';
import { quantile } from '../../domain/statistics/index.ts';
import { type Instant, parseInstant, plusSeconds, secondsBetween } from '../../domain/time.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import type { Probed } from './probe-service.ts';
import { type Answer, emptyInventory, mockMark, readAnswer, valueAt } from './read-answer.ts';
import { softness, subjectOf } from './service.ts';

interface Fault {
  readonly state: 'fails' | 'unknown';
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export interface Clocked {
  readonly now: Instant;
  readonly skewSeconds: number;
}

/** What the samples of one service say against it; one bad sample of many is a finding too. */
export function judgeHealth(service: Service, probed: Probed, clock: Clocked): Observation[] {
  const base = { subject: subjectOf(service), ...softness(service) };
  const { answers, fault, notTaken } = probed;
  const findings: Observation[] = [];
  if (fault !== undefined)
    findings.push(
      cannotTell(
        fault,
        base.subject,
        `sample ${answers.length + 1} of ${service.samples} gave no answer`,
        softness(service),
      ),
    );
  if (notTaken > 0) {
    const message = `${notTaken} of ${service.samples} samples were not taken: the time of the phase was used up`;
    findings.push(
      unknown({ ...base, code: 'not-probed', message, remedy: 'find out which services answer slowly, then rerun' }),
    );
  }
  const faults = new Map<string, { fault: Fault; count: number }>();
  for (const answer of answers.map(readAnswer)) {
    const found = judgeAnswer(service, answer, clock);
    if (found === undefined) continue;
    faults.set(found.code, { fault: found, count: (faults.get(found.code)?.count ?? 0) + 1 });
  }
  for (const { fault, count } of faults.values()) {
    const { state, ...words } = fault;
    const message = `${words.message} (${count} of ${answers.length} samples)`;
    findings.push((state === 'fails' ? fails : unknown)({ ...base, ...words, message }));
  }
  return [...findings, ...judgeSpeed(service, probed)];
}

/** The first thing that is wrong with an answer, those first that make the rest of it meaningless. */
function judgeAnswer(service: Service, answer: Answer, clock: Clocked): Fault | undefined {
  return (
    judgeStatus(service, answer) ?? judgeTruth(answer) ?? judgeBody(service, answer) ?? judgeAge(service, answer, clock)
  );
}

function judgeStatus({ expect, auth }: Service, { status }: Answer): Fault | undefined {
  const allowed = Array.isArray(expect.status) ? expect.status : [expect.status];
  if (allowed.includes(status)) return undefined;
  const wanted = allowed.join(' or ');
  if (status === 401 || status === 403) {
    const sent =
      auth === 'none' ? 'none was sent' : auth === 'oidc' ? 'an id token was sent' : 'a bearer token was sent';
    const message = `it answered ${status} where ${wanted} is expected: a credential fault (${sent}), which says nothing of its health`;
    const remedy = 'check `auth` and `audience` of the service, and that the credential is still good';
    return { state: 'unknown', code: 'credential-fault', message, remedy };
  }
  const message = `it answered ${status} where ${wanted} is expected`;
  return { state: 'fails', code: 'unexpected-status', message, remedy: 'look at the log of the service' };
}

/** A service may be well and yet prove nothing: over mock data, or with nothing in it. */
function judgeTruth(answer: Answer): Fault | undefined {
  const mock = mockMark(answer);
  if (mock !== undefined) {
    const message = `it says in ${mock} that it runs on mock data`;
    return { state: 'unknown', code: 'mock-mode', message, remedy: 'switch it to live data, then rerun' };
  }
  const empty = emptyInventory(answer);
  if (empty === undefined) return undefined;
  const message = `its inventory (${empty}) is empty`;
  return { state: 'unknown', code: 'empty-inventory', message, remedy: 'find out why nothing is there, then rerun' };
}

function judgeBody({ expect }: Service, { json, text }: Answer): Fault | undefined {
  const remedy = 'look at the log of the service, or correct `expect`';
  if (expect.json !== undefined) {
    if (json === undefined)
      return { state: 'fails', code: 'not-json', message: 'its answer is not a JSON object', remedy };
    const other = Object.entries(expect.json).filter(
      ([path, value]) => canonicalJson(valueAt(json, path) ?? null) !== canonicalJson(value),
    );
    if (other.length > 0) {
      const names = other.map(([path, value]) => `\`${path}\` is not ${canonicalJson(value)}`).join(', ');
      return { state: 'fails', code: 'unexpected-json', message: `in its answer ${names}`, remedy };
    }
  }
  if (expect.body_contains === undefined || text.includes(expect.body_contains)) return undefined;
  const message = `its answer does not contain ${JSON.stringify(expect.body_contains)}`;
  return { state: 'fails', code: 'unexpected-body', message, remedy };
}

function judgeAge({ freshness }: Service, { json }: Answer, { now, skewSeconds }: Clocked): Fault | undefined {
  if (freshness === undefined) return undefined;
  const { path, max_age_s } = freshness;
  const remedy = 'find out why its data is not renewed, then rerun';
  const told = json === undefined ? undefined : valueAt(json, path);
  const at = typeof told === 'string' ? parseInstant(told) : undefined;
  if (at === undefined)
    return { state: 'unknown', code: 'age-unknown', message: `its answer has no time at \`${path}\``, remedy };
  if (at > plusSeconds(now, skewSeconds))
    return { state: 'unknown', code: 'time-ahead', message: `its data is of ${at}, which is yet to come`, remedy };
  const age = Math.round(secondsBetween(at, now));
  if (age <= max_age_s) return undefined;
  const message = `its data is of ${at}, ${age} seconds ago; at most ${max_age_s} are allowed`;
  return { state: 'unknown', code: 'stale', message, remedy };
}

/** The 95th percentile in milliseconds; undefined without an answer. */
export function p95Of({ answers }: Probed): number | undefined {
  if (answers.length === 0) return undefined;
  return Math.round(
    quantile(
      answers.map(({ durationMs }) => durationMs),
      0.95,
    ),
  );
}

function judgeSpeed(service: Service, probed: Probed): Observation[] {
  const p95 = p95Of(probed);
  if (service.p95_ms === undefined || p95 === undefined || p95 <= service.p95_ms) return [];
  // Below twenty samples no value lies above the 95th percentile but the greatest.
  const few = probed.answers.length < 20 ? `, all but its maximum` : '';
  const message = `95 % of ${probed.answers.length} answers took up to ${p95} ms${few}; at most ${service.p95_ms} ms are allowed`;
  const words = { code: 'slow', subject: subjectOf(service), message, ...softness(service) };
  return [fails({ ...words, remedy: 'look at its load and its dependencies', facts: { p95Ms: p95 } })];
}

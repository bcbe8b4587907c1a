import type { Configuration, Guardrail } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import { judgeResult } from '../../domain/finding.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { isGo, worst } from '../../domain/verdict.ts';
import type { EvidencePort, EvidenceSet } from '../../ports/evidence.ts';
import type { HttpPort } from '../../ports/http.ts';
import type { ComplianceContext } from './compliance-context.ts';
import { judgeGuardrails, type KeptResult, ruleDigest } from './judge-guardrails.ts';
import type { PastAudit } from './past-audits.ts';

/** Evidence of the past, by what it was: undefined when nothing with that digest can be had any more. */
export interface EvidenceArchive {
  open(name: string, digest: string, signal: AbortSignal): Promise<EvidenceSet | undefined>;
}

export interface BackTestDay {
  readonly date: string;
  readonly slotId: string;
  readonly was: Verdict;
  /** With a rule of which it cannot be told, no better than inconclusive. */
  readonly wouldBe: Verdict;
  /** By what can be told. */
  readonly stopped: boolean;
  /** Guardrails that alone would have stopped this day. */
  readonly stoppedBy: readonly string[];
  readonly cannotTell: readonly { readonly guardrail: string; readonly reason: string }[];
  readonly changed: readonly { readonly guardrail: string; readonly was: string; readonly wouldBe: string }[];
}

export interface BackTest {
  readonly schema: 'highnoon.back-test/1';
  readonly days: readonly BackTestDay[];
  readonly stopped: readonly string[];
  /** Days that stopped then and would not now. */
  readonly released: readonly string[];
  /** Days that nothing told would stop, with a rule of which it cannot be told. */
  readonly open: readonly string[];
}

interface Options {
  readonly past: readonly PastAudit[];
  /** With the changed rules. */
  readonly configuration: Configuration;
  readonly archive: EvidenceArchive;
  readonly signal: AbortSignal;
}

/**
 * Which past days a changed rule set would have stopped. An unchanged rule has its stored result; a changed or new one
 * is judged anew, at that day's time, over evidence with the digests that were recorded. Where that evidence is gone,
 * the answer is that it cannot be told: no other evidence stands in for it.
 */
export async function backTest(options: Options): Promise<BackTest> {
  const days: BackTestDay[] = [];
  for (const audit of options.past) days.push(await testDay(options, audit));
  return {
    schema: 'highnoon.back-test/1',
    days,
    stopped: days.filter(({ stopped }) => stopped).map(({ date }) => date),
    released: days
      .filter(({ stopped, was, cannotTell }) => !stopped && !isGo(was) && cannotTell.length === 0)
      .map(({ date }) => date),
    open: days.filter(({ stopped, cannotTell }) => !stopped && cannotTell.length > 0).map(({ date }) => date),
  };
}

async function testDay(options: Options, audit: PastAudit): Promise<BackTestDay> {
  const { guardrails } = options.configuration;
  const known = new Map(audit.results.map((result) => [result.guardrail, result]));
  const isKept = (guardrail: Guardrail) => known.get(guardrail.id)?.rule === ruleDigest(guardrail);
  const anew = await judgeAnew(
    options,
    audit,
    guardrails.filter((guardrail) => !isKept(guardrail)),
  );
  const judged = guardrails.map((guardrail): Judged => {
    const kept = known.get(guardrail.id);
    return isKept(guardrail) && kept !== undefined
      ? { guardrail, state: kept.state, reason: undefined }
      : (anew.get(guardrail.id) ?? { guardrail, state: 'inconclusive', reason: 'it was not judged' });
  });
  const told = judged.filter(({ reason }) => reason === undefined);
  // What is judged beside the rules, such as the level of the process, is as it was.
  const beside = audit.results.filter(({ rule }) => rule === undefined).map(verdictOfKept);
  const asTold = worst([...beside, ...told.map(verdictOf)]);
  return {
    date: audit.date,
    slotId: audit.slotId,
    was: audit.verdict,
    wouldBe: told.length < judged.length ? worst([asTold, 'inconclusive']) : asTold,
    stopped: !isGo(asTold),
    stoppedBy: told.filter((one) => !isGo(verdictOf(one))).map(({ guardrail }) => guardrail.id),
    cannotTell: judged.flatMap(({ guardrail, reason }) =>
      reason === undefined ? [] : [{ guardrail: guardrail.id, reason }],
    ),
    changed: told.flatMap(({ guardrail, state }) => {
      const was = known.get(guardrail.id)?.state ?? 'not judged';
      return was === state ? [] : [{ guardrail: guardrail.id, was, wouldBe: state }];
    }),
  };
}

interface Judged {
  readonly guardrail: Guardrail;
  readonly state: KeptResult['state'];
  /** Why it cannot be told. */
  readonly reason: string | undefined;
}

async function judgeAnew(
  options: Options,
  audit: PastAudit,
  rules: readonly Guardrail[],
): Promise<Map<string, Judged>> {
  const missing: string[] = [];
  const digests = new Map(audit.results.flatMap(({ evidence = {} }) => Object.entries(evidence)));
  const { configuration, signal } = options;
  const context: ComplianceContext = {
    ports: { evidence: archived(options, digests, missing), http: NO_HTTP },
    configuration,
    environment: {},
    waivers: [],
    now: () => audit.at,
    signal,
  };
  const judged = new Map<string, Judged>();
  for (const guardrail of rules) {
    missing.length = 0;
    const { results } = await judgeGuardrails(context, [guardrail]);
    const state = results[0]?.state ?? 'inconclusive';
    const cannot = isAskedLive(guardrail)
      ? 'addresses of that day cannot be asked again'
      : missing.length > 0
        ? `evidence of that day is gone: ${[...new Set(missing)].join(', ')}`
        : undefined;
    judged.set(guardrail.id, { guardrail, state, reason: cannot });
  }
  return judged;
}

const isAskedLive = ({ check }: Guardrail): boolean => check === 'http_status' || check === 'http_denies_forged';

function archived(options: Options, digests: ReadonlyMap<string, string>, missing: string[]): EvidencePort {
  return {
    async open({ name }) {
      const digest = digests.get(name);
      const set = digest === undefined ? undefined : await options.archive.open(name, digest, options.signal);
      if (set !== undefined) return set;
      missing.push(name);
      throw new PortError('evidence', 'not-found', `${name} of that day`);
    },
  };
}

const NO_HTTP: HttpPort = {
  request: async () => {
    throw new PortError('http', 'unavailable', 'a back-test asks nobody');
  },
};

function verdictOf({ guardrail, state }: Pick<Judged, 'guardrail' | 'state'>): Verdict {
  return guardrail.shadow ? 'passed' : verdictOfState(state, guardrail.severity);
}

const verdictOfKept = ({ state, severity }: KeptResult): Verdict => verdictOfState(state, severity);

/** By the same rule as the operations' findings. */
function verdictOfState(state: KeptResult['state'], severity: Guardrail['severity'] | KeptResult['severity']): Verdict {
  switch (state) {
    case 'passed':
      return 'passed';
    case 'waived':
      return 'degraded';
    case 'failed':
    case 'inconclusive': {
      const words = { code: 'x', subject: 'x', message: '', remedy: '', severity };
      const observation = { ...words, state: state === 'failed' ? ('fails' as const) : ('unknown' as const) };
      return judgeResult('back-test', 'compliance', { findings: [observation], evidence: [] }).verdict;
    }
    default:
      return state satisfies never;
  }
}

import { type DayRecord, summaryOf } from '../../domain/day.ts';
import { fails, noted, type Observation, result, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import {
  type Audit,
  type Drift,
  driftOf,
  type Exceptions,
  exceptionsOf,
  type GuardrailState,
  isGuardrailState,
} from '../../domain/risk/drift.ts';
import { dateOf, plusSeconds, toSeconds } from '../../domain/time.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { mapLimited } from '../support/map-limited.ts';
import { emptyHistory, readPast } from './past.ts';

/** Days of audits that the heat map of the report shows. */
const SHOWN_DAYS = 28;
const WEEK_SECONDS = 7 * 86_400;

export const analyseComplianceDrift = defineOperation({
  name: 'analyse-compliance-drift',
  claim: 'no guardrail got worse over the week, and every exception from one is known and dated',
  kind: 'check',
  failure: 'soft',
  needs: ['history'],
  timeoutSeconds: 120,
  async run(context) {
    const past = await readPast(context, SHOWN_DAYS);
    const empty = emptyHistory(past);
    if (empty !== undefined) return { ...result([empty], []), output: null };
    const audits = await readAudits(context, past.days);
    const to = context.now();
    const from = plusSeconds(to, -WEEK_SECONDS);
    const [waivers, overrides] = await Promise.all([
      context.ports.history.waivers(),
      context.ports.history.overrides(),
    ]);
    const exceptions = exceptionsOf(waivers, overrides, { from, to });
    const drift = driftOf(audits, dateOf(from));
    const newest = audits.at(-1);
    const findings = [
      ...judgeAudits(
        newest,
        dateOf(from),
        context.configuration.guardrails.map(({ id }) => id),
      ),
      ...(drift === undefined ? [nothingToCompare(audits.length)] : judgeDrift(drift)),
      ...judgeExceptions(exceptions, newest),
    ];
    const evidence = [
      past.evidence,
      {
        subject: 'audits',
        request: `results of audit-compliance since ${past.window.from}`,
        observedAt: to,
        value: audits.length,
      },
      {
        subject: 'exceptions',
        request: 'waivers and overrides',
        observedAt: to,
        value: { waivers: waivers.length, overrides: overrides.length },
      },
    ];
    return { ...result(findings, evidence), output: { audits, drift: drift ?? null, exceptions } as unknown as Json };
  },
});

/** The newest audit of each day that had one, oldest first. */
async function readAudits(context: ContextOf<'history'>, days: readonly DayRecord[]): Promise<Audit[]> {
  const slots = days.flatMap((day) => {
    const summary = summaryOf(day, 't-30-final-check');
    return summary?.status === 'concluded' && summary.startedAt !== null ? [{ date: day.date, summary }] : [];
  });
  const audits = await mapLimited(slots, 8, async ({ date, summary }): Promise<Audit | undefined> => {
    const checkpoints = await context.ports.history.checkpoints(summary.slotId, summary.attempt);
    const audit = checkpoints.find(({ operation }) => operation === 'audit-compliance');
    const results = resultsOf(audit?.output ?? null);
    return results === undefined ? undefined : { date, results };
  });
  return audits.flatMap((audit) => audit ?? []);
}

function resultsOf(output: Json): Record<string, GuardrailState> | undefined {
  if (output === null || typeof output !== 'object' || Array.isArray(output)) return undefined;
  const { results } = output as { results?: Json };
  if (!Array.isArray(results)) return undefined;
  const found: Record<string, GuardrailState> = {};
  for (const one of results as readonly { guardrail?: unknown; result?: unknown }[])
    if (typeof one.guardrail === 'string' && isGuardrailState(one.result)) found[one.guardrail] = one.result;
  return found;
}

function judgeAudits(newest: Audit | undefined, weekAgo: string, guardrails: readonly string[]): Observation[] {
  if (newest === undefined || newest.date < weekAgo)
    return [
      unknown({
        code: 'no-audit',
        subject: 'audits',
        message: `no audit of the guardrails was stored since ${weekAgo}, so nothing is known of the week`,
        remedy: 'find out why T-30 did not audit: look at its slots of the week',
      }),
    ];
  const without = guardrails.filter((id) => newest.results[id] === undefined);
  if (without.length === 0) return [];
  const message = `the audit of ${newest.date} has no result for ${without.slice(0, 20).join(', ')}`;
  return [
    unknown({ code: 'not-audited', subject: 'audits', message, remedy: 'rerun T-30 under the present configuration' }),
  ];
}

const nothingToCompare = (audits: number): Observation =>
  unknown({
    code: 'nothing-to-compare',
    subject: 'audits',
    severity: 'low',
    message: `${audits === 1 ? 'one audit is' : `${audits} audits are`} stored: drift needs two`,
    remedy: 'wait for the next week',
  });

function judgeDrift({ before, after, changes, flapping }: Drift): Observation[] {
  const span = `between ${before} and ${after}`;
  return [
    ...changes.map(({ guardrail, from, to, turn }): Observation => {
      const words = { subject: `guardrails/${guardrail}`, facts: { from, to } };
      const message = `${from ?? 'absent'} became ${to ?? 'absent'} ${span}`;
      if (turn === 'worse') return fails({ ...words, code: 'worse', message, remedy: 'mend what the guardrail names' });
      if (turn === 'gone')
        return fails({
          ...words,
          code: 'gone',
          message: `it is judged no more: ${message}`,
          remedy: 'put it back, or say in the ledger why it went',
        });
      return noted({ ...words, code: turn, message, remedy: 'nothing to do' });
    }),
    ...flapping.map(({ guardrail, changes: turns }) =>
      fails({
        code: 'flapping',
        subject: `guardrails/${guardrail}`,
        severity: 'medium',
        message: `its result turned ${turns} times ${span}`,
        remedy: 'what it watches is not under control, or the rule is wrong: decide which',
      }),
    ),
  ];
}

function judgeExceptions(exceptions: Exceptions, newest: Audit | undefined): Observation[] {
  const { opened, expired, ending, openOverrides } = exceptions;
  return [
    ...opened.map(({ id, guardrail, owner, until }) =>
      noted({
        code: 'waiver-opened',
        subject: `waivers/${id}`,
        message: `${owner} waived ${guardrail} until ${toSeconds(until)}`,
        remedy: 'check that its reason still holds',
      }),
    ),
    ...ending.map(({ id, guardrail, owner, until }) =>
      noted({
        code: 'waiver-ends-soon',
        subject: `waivers/${id}`,
        severity: 'medium',
        message: `the waiver of ${guardrail} by ${owner} ends at ${toSeconds(until)}`,
        remedy: 'mend the cause before then',
      }),
    ),
    ...expired.map(({ id, guardrail, owner, until }): Observation => {
      const isFailing = newest?.results[guardrail] === 'failed';
      const words = {
        code: 'waiver-expired',
        subject: `waivers/${id}`,
        message: `the waiver of ${guardrail} by ${owner} ended at ${toSeconds(until)}`,
      };
      return isFailing
        ? fails({ ...words, message: `${words.message}, and it still fails`, remedy: 'mend the cause' })
        : noted({ ...words, remedy: 'nothing to do' });
    }),
    ...openOverrides.map(({ id, findingId, actor, until }) =>
      fails({
        code: 'override-open',
        subject: `overrides/${id}`,
        severity: 'medium',
        message: `${actor} overrode ${findingId} until ${toSeconds(until)}`,
        remedy: 'mend the cause, so that nobody needs to override it again',
      }),
    ),
  ];
}

import { InvariantError, PortError } from '../../domain/errors.ts';
import { type Evidence, fails, noted, type Observation, unknown } from '../../domain/finding.ts';
import type { Operation, Probe } from '../../domain/operation.ts';
import type { Revision } from '../../domain/revision.ts';
import type { EffectRecord } from '../../domain/run.ts';
import { dateOf, plusSeconds } from '../../domain/time.ts';
import type { PortMap } from '../../ports/port-map.ts';
import { MANIFEST, readKept } from '../context/manifest-object.ts';
import { updateContext } from '../context/update-context.ts';
import { refreshDataLayer } from '../data/refresh-data-layer.ts';
import { proveRollback } from '../readiness/prove-rollback.ts';
import { markRelease } from '../repositories/mark-release.ts';
import { syncRepositories } from '../repositories/sync-repositories.ts';
import { releaseServices } from '../services/release-services.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import type { RecoveryContext } from './recovery-context.ts';

export interface RollbackRehearsal {
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
  /** What was walked, newest first; null when there was no noon to walk back from. */
  readonly output: { noon: string; attempt: number; steps: { target: string; back: string }[] } | null;
}

/** Every action of noon that has a way back, by name. */
const ACTIONS: ReadonlyMap<string, Operation<PortMap>> = new Map(
  [updateContext, syncRepositories, refreshDataLayer, releaseServices, markRelease].map((one) => [one.name, one]),
);
/** Further back, the noons since have moved everything on, and nobody would roll that one back. */
const LOOKBACK_DAYS = 7;

interface Noon {
  readonly slotId: string;
  readonly attempt: number;
  /** What it did and nobody has undone, newest first. */
  readonly effects: readonly EffectRecord[];
}

/**
 * The rollback of the last noon as a dry-run: its stored effects are walked newest first with the very plans that a
 * rollback would use, up to where each would call; nothing is fenced and nothing is moved.
 */
export async function rehearseRollback(context: RecoveryContext): Promise<RollbackRehearsal> {
  let noon: Noon | undefined;
  try {
    noon = await lastNoon(context);
  } catch (error) {
    const finding = cannotTell(error, 'rollback', 'what the last noon did cannot be read');
    return { findings: [finding], evidence: [], output: null };
  }
  if (noon === undefined) {
    const message = `no rollback was rehearsed: no noon of the last ${LOOKBACK_DAYS} days has an effect that still stands`;
    const remedy = 'find out why no noon released anything, then rerun the review';
    return {
      findings: [unknown({ code: 'not-run', subject: 'rollback', message, remedy })],
      evidence: [],
      output: null,
    };
  }
  const findings: Observation[] = [];
  const evidence: Evidence[] = [];
  for (const effect of noon.effects) {
    const step = await walk(context, noon, effect);
    findings.push(...step.findings);
    evidence.push(...step.evidence);
  }
  const proof = await proveRollback.run({ ...context, lastKnownGood: stateBefore(context, noon) } as ProofContext);
  findings.push(...proof.findings.filter(({ code }) => code !== 'genesis'));
  evidence.push(...proof.evidence);
  const below = <T extends { readonly subject: string }>(one: T): T => ({ ...one, subject: `rollback/${one.subject}` });
  const steps = noon.effects.map(({ target, pin }) => ({ target, back: wordOf(pin) }));
  return {
    findings: findings.map(below),
    evidence: evidence.map(below),
    output: { noon: noon.slotId, attempt: noon.attempt, steps },
  };
}

type ProofContext = Parameters<typeof proveRollback.run>[0];

async function lastNoon(context: RecoveryContext): Promise<Noon | undefined> {
  const { history } = context.ports;
  const now = context.now();
  const days = await history.days(dateOf(plusSeconds(now, -LOOKBACK_DAYS * 86_400)), dateOf(plusSeconds(now, 86_400)));
  const noons = days
    .flatMap(({ slots }) => Object.values(slots))
    .filter(({ phase, status }) => phase === 'high-noon-sync' && status === 'concluded')
    .sort((a, b) => (a.dueAt < b.dueAt ? 1 : -1));
  for (const { slotId, attempt } of noons) {
    const stored = await history.effects(slotId, attempt);
    const effects = stored.filter(({ state, forward }) => forward && state === 'applied');
    if (effects.length > 0) return { slotId, attempt, effects: effects.sort((a, b) => b.order - a.order) };
  }
  return undefined;
}

/** One step of the way back, up to the call. */
async function walk(
  context: RecoveryContext,
  noon: Noon,
  effect: EffectRecord,
): Promise<{ findings: Observation[]; evidence: Evidence[] }> {
  const { target } = effect;
  try {
    const plan = ACTIONS.get(effect.operation)?.undo?.(context as Parameters<typeof proveRollback.run>[0], effect);
    if (plan === undefined) return noWay(effect, `no operation ${effect.operation} can undo it`);
    const probe = await plan.probe();
    const evidence = [{ ...probe.receipt, subject: target }];
    if (target === MANIFEST && typeof effect.pin === 'string') {
      const kept = await readKept(context, effect.pin);
      if (kept === undefined)
        return { ...noWay(effect, `the manifest ${effect.pin} to put back is not kept`), evidence };
    }
    const finding = judge(noon, effect, probe);
    return { findings: finding === undefined ? [] : [finding], evidence };
  } catch (error) {
    // The plan itself says that the stored record cannot be undone: what a rollback would stumble over at night.
    if (error instanceof InvariantError) return noWay(effect, error.message);
    if (!(error instanceof PortError)) throw error;
    return { findings: [cannotTell(error, target, `whether ${target} could be put back`)], evidence: [] };
  }
}

function noWay({ target, operation }: EffectRecord, why: string): { findings: Observation[]; evidence: Evidence[] } {
  const message = `${target} could not be put back: ${why}`;
  const remedy = `put it back by hand should noon fail, and mend the way back of ${operation}`;
  return {
    findings: [fails({ code: 'no-way-back', subject: target, severity: 'high', message, remedy })],
    evidence: [],
  };
}

function judge(noon: Noon, effect: EffectRecord, { state, receipt }: Probe): Observation | undefined {
  const { target } = effect;
  switch (state) {
    case 'applied':
      return undefined;
    case 'pinned':
      // A move from a thing to itself is as it was all the time; anything else somebody has put back.
      return noted({
        code: 'already-back',
        subject: target,
        message: `${target} is as it was before ${noon.slotId}: there is nothing to put back`,
        remedy: 'nothing to do, if a person put it back',
      });
    case 'other': {
      const found = wordOf(receipt.value ?? receipt.digest ?? null);
      const message = `${target} holds ${found}, which ${noon.slotId} did not put there: its rollback would stop here`;
      const remedy = 'find out who moved it, and let the next noon pass over it';
      return fails({ code: 'moved-since', subject: target, severity: 'high', message, remedy });
    }
    default: {
      const unlisted: never = state;
      throw new InvariantError(`${target}: probe state ${String(unlisted)} is unlisted`);
    }
  }
}

/** What that noon found, and a rollback would return to: the last known good with the noon's pins put back. */
function stateBefore(context: RecoveryContext, noon: Noon): Revision {
  const commits: Record<string, string | null> = { ...context.lastKnownGood?.commits };
  const datasets: Record<string, string | null> = { ...context.lastKnownGood?.datasets };
  const services: Record<string, string | null> = { ...context.lastKnownGood?.services };
  for (const { operation, target, pin } of noon.effects) {
    const [, name = ''] = target.split('/');
    const value = typeof pin === 'string' ? pin : null;
    if (operation === syncRepositories.name) commits[name] = value;
    if (operation === refreshDataLayer.name) datasets[name] = value;
    if (operation === releaseServices.name) services[name] = value;
  }
  const good = context.lastKnownGood;
  return {
    at: good?.at ?? context.now(),
    runId: good?.runId ?? `${noon.slotId}#${noon.attempt}`,
    adopted: good?.adopted ?? false,
    manifest: good?.manifest ?? null,
    commits,
    datasets,
    services,
  };
}

const wordOf = (value: unknown): string =>
  value === null || value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);

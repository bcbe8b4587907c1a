import type { PhaseName } from '../domain/catalog.ts';
import { fails, type Observation, result, unknown } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import type { Operation, OperationContext, OperationOutcome } from '../domain/operation.ts';
import { movedBindings } from '../domain/ticket.ts';
import type { Phase } from '../engine/engine.ts';
import { pointerEffect, pointerUndo } from '../operations/data/move-pointer.ts';
import { definePhase } from '../operations/define-phase.ts';
import { refEffect, undoRefMove } from '../operations/repositories/ref-effect.ts';
import type { PortMap } from '../ports/port-map.ts';
import { bindingsOf, observe, placesOf, repositoryOf, targetsOf } from './observe.ts';
import { trafficEffect, undoTraffic } from './traffic.ts';
import type { World } from './world.ts';

type Context = OperationContext<PortMap>;
export type Says = 'fails' | 'unknown' | 'soft' | 'violates';

/** How the operations of a simulated day turn out, and who watches them begin. */
export interface Script {
  says(slotId: string, attempt: number, operation: string): Says | undefined;
  /** Milliseconds of work. */
  takes(slotId: string, attempt: number, operation: string): number;
  begins(context: Context, operation: string): void;
}

interface Parts {
  readonly world: World;
  readonly script: Script;
  /** Another release of High Noon has another plan. */
  readonly release: number;
}

/** Noon's shape over the simulated world: its actions make their effects with the same code as the real ones. */
export function simulatedPhases(parts: Parts): Record<PhaseName, Phase> {
  const phase = (name: PhaseName, operations: readonly Operation<PortMap>[]) =>
    definePhase({ name, operations, onFailure: name === 'high-noon-sync' ? 'roll-back' : 'keep-checking' });
  const check = (name: string, more: Partial<Operation<PortMap>> = {}, read: Read = blank) =>
    scripted(parts, name, 'check', more, read);
  const action = (
    name: string,
    needs: Operation<PortMap>['needs'],
    undo: NonNullable<Operation<PortMap>['undo']>,
    act: Read,
  ) => scripted(parts, name, 'action', { needs, undo }, act);
  const { world } = parts;
  return {
    't-90-prep': phase('t-90-prep', [
      check('check-trinity-status', { needs: ['repositories'] }, async (context) => ({
        seen: await observe(world, context, 'repositories'),
      })),
      check('check-compliance', { failure: 'compliance' }),
      action('prepare-ingestion', ['datasets'], undoStaging, (context) => stage(world, context)),
      check('scan-long', { resumable: true, timeoutSeconds: 400 }, scan),
      check('adopt-revision', { needs: ['repositories', 'datasets', 'services'] }, async (context) =>
        context.lastKnownGood === undefined ? { output: { revision: await revisionNow(world, context, true) } } : {},
      ),
    ]),
    't-30-final-check': phase('t-30-final-check', [
      check('audit-compliance', { failure: 'compliance' }),
      check('check-service-health', { needs: ['evidence'] }),
      check('report-readiness', { needs: ['repositories', 'datasets', 'services'] }, (context) =>
        readiness(world, context),
      ),
    ]),
    'high-noon-sync': phase('high-noon-sync', [
      check('verify-ticket', { needs: ['repositories', 'datasets', 'services'] }, (context) => verify(world, context)),
      action('update-context', ['repositories'], undoRefMove, (context) => moveRefs(world, context, 'context')),
      action('sync-repositories', ['repositories'], undoRefMove, (context) => moveRefs(world, context, 'release')),
      action(
        'refresh-data-layer',
        ['datasets'],
        (context, effect) => pointerUndo(context, 'live', effect),
        (context) => promote(world, context),
      ),
      action('release-services', ['services'], undoTraffic, (context) => shift(world, context)),
      check('validate-compliance', { failure: 'compliance' }),
      action('mark-release', ['repositories'], undoRefMove, (context) => moveRefs(world, context, 'tag')),
      check(
        'report-high-noon',
        { failure: 'soft', needs: ['repositories', 'datasets', 'services'] },
        async (context) => ({
          output: { revision: await revisionNow(world, context, false) },
        }),
      ),
    ]),
    'weekly-risk-review': phase('weekly-risk-review', [check('scan-vulnerabilities'), check('rehearse-recovery')]),
    'snapshot-orchestration': phase('snapshot-orchestration', [
      check('capture-behavior', { resumable: true, timeoutSeconds: 400, runShard: takeShare }, captureInShards),
      check('confirm-snapshot'),
    ]),
  };
}

const undoStaging: NonNullable<Operation<PortMap>['undo']> = (context, effect) =>
  pointerUndo(context, 'staged', effect);

interface Reading {
  readonly seen?: Json;
  readonly output?: Json;
  readonly findings?: readonly Observation[];
}
type Read = (context: Context) => Promise<Reading> | Reading;
const blank: Read = () => ({});

/** An operation that does its reading or acting, then finds what the script says. */
function scripted(
  { script, release }: Parts,
  name: string,
  kind: 'check' | 'action',
  more: Partial<Operation<PortMap>>,
  read: Read,
): Operation<PortMap> {
  const needs = [...new Set([...(more.needs ?? []), 'evidence' as const])];
  return {
    name,
    claim: release === 0 ? `${name} holds` : `${name} holds (release ${release})`,
    kind,
    failure: 'hard',
    timeoutSeconds: 120,
    ...more,
    needs,
    async run(context) {
      script.begins(context, name);
      const ms = script.takes(context.slot.slotId, context.attempt, name);
      if (ms > 0 && more.resumable !== true) await work(context, ms);
      const { seen = true, output, findings = [] } = await read(context);
      const said = script.says(context.slot.slotId, context.attempt, name);
      const all = said === undefined ? findings : [...findings, observationOf(said)];
      const evidence = { subject: name, request: 'the simulated world', observedAt: context.now(), value: seen };
      return { ...result(all, [evidence]), ...(output === undefined ? {} : { output }) };
    },
  };
}

const work = (context: Context, ms: number): Promise<void> =>
  (context.ports.evidence as unknown as { work(ms: number, signal: AbortSignal): Promise<void> }).work(
    ms,
    context.signal,
  );

function observationOf(said: Says): Observation {
  const words = { code: said, subject: 'world', message: `simulated: ${said}`, remedy: 'none' };
  switch (said) {
    case 'fails':
      return fails(words);
    case 'unknown':
      return unknown(words);
    case 'soft':
      return fails({ ...words, soft: true });
    case 'violates':
      return fails({ ...words, severity: 'critical' });
  }
}

/** Long work in parts of a minute, each kept as a cursor. */
async function scan(context: Context): Promise<Reading> {
  const total = scanMinutes(context);
  let done = typeof context.cursor === 'number' ? context.cursor : 0;
  for (; done < total; done++) {
    await work(context, 60_000);
    await context.saveCursor(done + 1);
  }
  return { seen: done };
}

/** The work in shares, which must all come back, each once. */
async function captureInShards(context: Context): Promise<Reading> {
  const count = Number(context.environment.SIMULATED_SHARDS ?? 0);
  const shares = Array.from({ length: count }, (_, index) => ({ id: `s${index}`, work: 2 ** index }));
  const found = await context.fanOut('ranges', async () => ({ about: count, shares }));
  if (found === undefined) return {};
  const sum = found.outcomes.reduce((total, { output }) => total + Number(output), 0);
  const findings = found.outcomes.flatMap((outcome) => outcome.findings);
  const missing = { code: 'shares-missing', subject: 'world', message: `the shares add up to ${sum}`, remedy: 'none' };
  return { seen: sum, findings: sum === 2 ** count - 1 ? findings : [...findings, unknown(missing)] };
}

/** Two minutes' work, with its place kept between them. */
async function takeShare(context: Context, share: Json): Promise<OperationOutcome> {
  for (let done = Number(context.cursor ?? 0); done < 2; done++) {
    await work(context, 30_000);
    await context.saveCursor(done + 1);
  }
  const evidence = { subject: 'share', request: 'the simulated world', observedAt: context.now(), value: share };
  return { ...result([], [evidence]), output: share };
}

const scanMinutes = (context: Context): number => Number(context.environment.SIMULATED_SCAN_MINUTES ?? 0);

async function stage(world: World, context: Context): Promise<Reading> {
  for (const name of world.datasetNames) {
    const { version } = await context.ports.datasets.pointer(placesOf(name), 'staged');
    const to = `v-${context.date}`;
    if (version === to) continue;
    await context.effects.apply(pointerEffect(context, { places: placesOf(name), which: 'staged', from: version, to }));
  }
  return {};
}

async function readiness(world: World, context: Context): Promise<Reading> {
  const bindings = await bindingsOf(world, context);
  const good = context.lastKnownGood;
  const drift = Object.entries({ ...good?.commits, ...good?.datasets }).filter(([name, value]) => {
    const part = name.startsWith('repo') ? 'release-ref' : 'live';
    return `${name}/${part}` in bindings && bindings[`${name}/${part}`] !== value;
  });
  const findings = drift.map(([name]) =>
    fails({ code: 'moved-since-last-good', subject: name, message: `${name} was moved`, remedy: 'put it back' }),
  );
  return { output: { bindings }, findings };
}

async function verify(world: World, context: Context): Promise<Reading> {
  const moved = movedBindings(context.day.ticket?.bindings ?? {}, await bindingsOf(world, context));
  const findings = moved.map(({ name }) =>
    fails({ code: 'moved', subject: name, message: `${name} moved since T-30`, remedy: 'rerun' }),
  );
  return { output: { moved: moved.map(({ name }) => name) }, findings };
}

const ticketed = (context: Context, name: string): string | null => {
  const value = context.day.ticket?.bindings[name];
  return typeof value === 'string' ? value : null;
};

async function moveRefs(world: World, context: Context, what: 'context' | 'release' | 'tag'): Promise<Reading> {
  for (const name of world.repositories.keys()) {
    const { ref, from, to } = targetsOf(context.date, what);
    const pin = from === undefined ? null : ticketed(context, `${name}/${from}`);
    await context.effects.apply(refEffect(context, { repository: repositoryOf(name), ref, from: pin, to }));
  }
  return {};
}

async function promote(world: World, context: Context): Promise<Reading> {
  for (const name of world.datasetNames) {
    const [from, to] = [ticketed(context, `${name}/live`), ticketed(context, `${name}/staged`)];
    if (to === null || to === from) continue;
    await context.effects.apply(pointerEffect(context, { places: placesOf(name), which: 'live', from, to }));
  }
  return {};
}

async function shift(world: World, context: Context): Promise<Reading> {
  for (const name of world.services.keys()) {
    const [from, to] = [ticketed(context, `${name}/serving`), `rev-${context.date}`];
    if (from === null || from === to) continue;
    await context.effects.apply(trafficEffect(context, name, from, to));
  }
  return {};
}

/** What stands now, as the last known good. */
async function revisionNow(world: World, context: Context, adopted: boolean): Promise<Json> {
  const bindings = await bindingsOf(world, context);
  const part = (names: Iterable<string>, field: string) =>
    Object.fromEntries([...names].map((name) => [name, bindings[`${name}/${field}`] ?? null]));
  return {
    adopted,
    commits: part(world.repositories.keys(), 'release-ref'),
    datasets: part(world.datasetNames, 'live'),
    services: part(world.services.keys(), 'serving'),
    manifest: null,
  };
}

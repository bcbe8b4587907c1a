import { SteppedClock } from '../../shared/adapters/local/clock.ts';
import { LocalDocuments } from '../../shared/adapters/local/documents.ts';
import { LocalPublisher } from '../../shared/adapters/local/publisher.ts';
import type { PhaseName } from '../../shared/domain/catalog.ts';
import type { Configuration } from '../../shared/domain/configuration/index.ts';
import { type Observation, result } from '../../shared/domain/finding.ts';
import type { Json } from '../../shared/domain/json.ts';
import type { Operation, PhaseDefinition } from '../../shared/domain/operation.ts';
import { newestSlot } from '../../shared/domain/slot.ts';
import type { Trigger } from '../../shared/domain/trigger.ts';
import { type Engine, LIMITS } from '../../shared/engine/engine.ts';
import { definePhase } from '../../shared/operations/define-phase.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { CONFIGURATION } from '../../shared/simulation/configuration.ts';

/** An engine over an embedded store in memory, on a clock that the test steps. */
export interface TestEngine {
  readonly engine: Engine;
  readonly clock: SteppedClock;
  readonly publisher: LocalPublisher;
  readonly documents: LocalDocuments;
  readonly logs: { severity: string; message: string; fields: unknown }[];
}

/** A resource that effects change: one value per target, with the token that changed it last. */
export class TestResource {
  readonly values = new Map<string, { value: string; token: number }>();
  readonly calls: string[] = [];

  read(target: string): string {
    return this.values.get(target)?.value ?? 'before';
  }

  write(target: string, from: string, value: string, token: number): void {
    const known = this.values.get(target);
    if ((known?.token ?? 0) > token) throw new Error(`fenced: ${known?.token} > ${token}`);
    if (this.read(target) !== from) throw new Error(`stale: ${this.read(target)}`);
    this.values.set(target, { value, token });
    this.calls.push(`${target}: ${from} -> ${value}`);
  }

  fence(target: string, token: number): void {
    const known = this.values.get(target);
    if ((known?.token ?? 0) > token) throw new Error('fenced');
    this.values.set(target, { value: this.read(target), token });
  }
}

const OK_EVIDENCE = (at: string) => ({ subject: 'test', request: 'a test', observedAt: at, value: true });

/** A check whose findings the test decides. */
export function testCheck(
  name: string,
  say: () => readonly Observation[] = () => [],
  options: Partial<Operation<PortMap>> & { output?: Json } = {},
): Operation<PortMap> {
  const { output, ...rest } = options;
  return {
    name,
    claim: `${name} holds`,
    kind: 'check',
    failure: 'hard',
    needs: [],
    timeoutSeconds: 60,
    run: async (context) => ({
      ...result(say(), [OK_EVIDENCE(context.now())]),
      ...(output === undefined ? {} : { output }),
    }),
    ...rest,
  };
}

/** An action that changes one target of the resource to `after`. */
export function testAction(
  name: string,
  resource: TestResource,
  target: string,
  fail?: () => Observation | undefined,
): Operation<PortMap> {
  const probe = async (at: string) => {
    const value = resource.read(target);
    const state =
      value === 'after' ? ('applied' as const) : value === 'before' ? ('pinned' as const) : ('other' as const);
    return { state, receipt: { subject: target, request: 'read', observedAt: at, value } };
  };
  return {
    name,
    claim: `${target} is as wanted`,
    kind: 'action',
    failure: 'hard',
    needs: [],
    timeoutSeconds: 60,
    async run(context) {
      const receipt = await context.effects.apply({
        target,
        detail: `${target} becomes after`,
        args: { target, to: 'after' },
        pin: 'before',
        probe: () => probe(context.now()),
        call: async ({ token }) => resource.write(target, 'before', 'after', token),
      });
      const failure = fail?.();
      return result(failure === undefined ? [] : [failure], [receipt]);
    },
    undo: (context) => ({
      fence: async ({ token }) => resource.fence(target, token),
      probe: () => probe(context.now()),
      call: async ({ token }) => resource.write(target, 'after', 'before', token),
    }),
  };
}

/** A phase of the day with these operations. */
export function testPhase(name: PhaseName, operations: readonly Operation<PortMap>[]): PhaseDefinition<PortMap> {
  return definePhase({ name, operations, onFailure: name === 'high-noon-sync' ? 'roll-back' : 'keep-checking' });
}

/** The three phases of a green day over the resource, to be changed by a test. */
export function greenPhases(resource: TestResource): Record<PhaseName, PhaseDefinition<PortMap>> {
  const revision = { adopted: false, commits: {}, datasets: {}, services: {}, manifest: null };
  return {
    't-90-prep': testPhase('t-90-prep', [testCheck('check-world')]),
    't-30-final-check': testPhase('t-30-final-check', [
      testCheck('report-readiness', undefined, { output: { bindings: { world: 'as-checked' } } }),
    ]),
    'high-noon-sync': testPhase('high-noon-sync', [
      testCheck('verify-ticket', undefined, { output: { moved: [] } }),
      testAction('sync-one', resource, 'one'),
      testAction('sync-two', resource, 'two'),
      testCheck('report-high-noon', undefined, { failure: 'soft', output: { revision } }),
    ]),
    'weekly-risk-review': testPhase('weekly-risk-review', [testCheck('review')]),
    'snapshot-orchestration': testPhase('snapshot-orchestration', [testCheck('capture')]),
  };
}

const configuration: Configuration = {
  ...CONFIGURATION,
  deployment: { ...CONFIGURATION.deployment, project_id: 'test' },
  people: { ...CONFIGURATION.people, overrides_per_month: 3 },
};

export function createTestEngine(start: string, phases: Engine['phases'], change: Partial<Engine> = {}): TestEngine {
  const clock = new SteppedClock(start);
  const documents = new LocalDocuments(':memory:', clock);
  let counter = 0;
  const ids = { unique: () => `id${String(++counter).padStart(18, '0')}`, random: () => 0 };
  const publisher = new LocalPublisher(clock, ids);
  const logs: TestEngine['logs'] = [];
  const objects = new Map<string, Uint8Array>();
  const ports = {
    objects: {
      stat: async () => undefined,
      write: async (uri: string, body: Uint8Array) => {
        objects.set(uri, body);
      },
    },
  } as unknown as PortMap;
  const engine: Engine = {
    clock,
    ids,
    log: { write: (severity, message, fields) => logs.push({ severity, message, fields }) },
    documents,
    publisher,
    metrics: { write: async (points) => points.map(() => ({ outcome: 'written' as const })) },
    ports,
    phases,
    configuration,
    configurationSha256: 'c'.repeat(64),
    pinnedConfigurationSha256: undefined,
    codeRevision: 'code-1',
    anchorsUri: 'gs://anchors',
    environmentName: 'production',
    environment: {},
    holdAtGenesis: false,
    limits: LIMITS,
    draining: new AbortController().signal,
    ...change,
  };
  return { engine, clock, publisher, documents, logs };
}

let messages = 0;

/** A message of the schedule, published at that time. */
export function scheduled(phase: PhaseName, publishedAt: string, change: Partial<Trigger> = {}): Trigger {
  return { phase, kind: 'schedule', messageId: `m${++messages}`, publishedAt, dryRun: false, rerun: false, ...change };
}

export const slotIdAt = (phase: PhaseName, at: string): string => newestSlot(phase, at).slotId;

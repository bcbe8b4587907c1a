import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snapshotOrchestration } from '../../../functions/snapshot-orchestration/phase.ts';
import { type CollectionRecord, writeCollection } from '../../../shared/adapters/local/collections.ts';
import { LocalMemory } from '../../../shared/adapters/local/memory.ts';
import { LocalObjects } from '../../../shared/adapters/local/objects.ts';
import type { Checkpoint } from '../../../shared/domain/run.ts';
import type { Trigger } from '../../../shared/domain/trigger.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';
import { type Engine, LIMITS } from '../../../shared/engine/engine.ts';
import { createHistory } from '../../../shared/engine/history.ts';
import { type PhaseOutcome, runPhase } from '../../../shared/engine/run-phase.ts';
import { definePhase } from '../../../shared/operations/define-phase.ts';
import { listStatuses, type SnapshotStatus } from '../../../shared/operations/snapshots/snapshot-status.ts';
import { storeOf } from '../../../shared/operations/snapshots/snapshot-store.ts';
import type { MemoryPort } from '../../../shared/ports/memory.ts';
import type { ObjectsPort } from '../../../shared/ports/objects.ts';
import type { PortMap } from '../../../shared/ports/port-map.ts';
import type { SnapshotStore } from '../../../shared/snapshots/index.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { createTestEngine, scheduled, slotIdAt, type TestEngine } from '../../support/engine.ts';

export const BUCKET = 'gs://snapshots-of-the-test';
const KEY = Buffer.alloc(32, 9);

export const MEMORY = `
memory:
  - {collection: behavioral, schema: behavioral.v1, cadence_h: 6, freshness_h: {warn: 7, max: 12, critical: 24}, retain_days: 30}
  - {collection: context, schema: context.v1, cadence_h: 6, freshness_h: {warn: 7, max: 12, critical: 24}, retain_days: 7, env_allowlist: [COMPLIANCE_LEVEL]}
  - {collection: preference, schema: preference.v1, cadence_h: 6, freshness_h: {warn: 7, max: 12, critical: 24}, retain_days: 90, pii: true}
snapshots: {uri: "${BUCKET}/", encryption_key: "env:SNAPSHOT_KEY", retention: {keep_last: 3}}
`;

/** The phase without its guardrails, which have tests of their own. */
const phase = definePhase({
  name: 'snapshot-orchestration',
  operations: snapshotOrchestration.operations.filter(({ failure }) => failure !== 'compliance'),
  onFailure: snapshotOrchestration.onFailure,
});

export interface SnapshotTestWorld {
  readonly data: string;
  readonly test: TestEngine;
  readonly engine: Engine;
  readonly memory: LocalMemory;
  readonly objects: LocalObjects;
  readonly store: SnapshotStore;
  /** Runs the slot of that time to its ending, whatever number of stretches it takes. */
  run(at: string, change?: Partial<Trigger>): Promise<PhaseOutcome>;
  verdicts(at: string, attempt?: number): Promise<Record<string, Verdict>>;
  checkpoint(at: string, operation: string, attempt?: number): Promise<Checkpoint>;
  statuses(): Promise<SnapshotStatus[]>;
  /** Writes the three collections as of that time. */
  fill(at: string, change?: Partial<Record<string, readonly CollectionRecord[]>>): Promise<void>;
  close(): void;
}

export function openSnapshotWorld(
  start: string,
  options: {
    readonly yaml?: string;
    readonly environment?: Record<string, string>;
    readonly objects?: (real: ObjectsPort) => ObjectsPort;
    /** `pass` lets time go by, as the worker's own clock measures it. */
    readonly memory?: (real: MemoryPort, pass: (ms: number) => void) => MemoryPort;
  } = {},
): SnapshotTestWorld {
  const data = mkdtempSync(join(tmpdir(), 'highnoon-snapshots-'));
  const test = createTestEngine(start, { 'snapshot-orchestration': phase });
  const { documents, clock } = test;
  const memory = new LocalMemory({ data, documents, clock });
  const objects = new LocalObjects({ data, clock });
  const keys = { key: async () => KEY };
  const configuration = sampleConfiguration(options.yaml ?? MEMORY);
  let passedMs = 0;
  const ports = {
    objects: options.objects?.(objects) ?? objects,
    memory:
      options.memory?.(memory, (ms) => {
        passedMs += ms;
      }) ?? memory,
    keys,
    history: createHistory(documents),
  } as unknown as PortMap;

  const environment = options.environment ?? {};
  const engineClock = {
    now: () => clock.now(),
    sleep: clock.sleep,
    after: clock.after,
    monotonicMs: () => clock.monotonicMs() + passedMs,
  };
  const limits = { ...LIMITS, leaseSeconds: 100_000 };
  const engine: Engine = { ...test.engine, clock: engineClock, limits, ports, configuration, environment };
  const slotId = (at: string) => slotIdAt('snapshot-orchestration', at);
  const checkpoints = (at: string, attempt: number) => createHistory(documents).checkpoints(slotId(at), attempt);
  const store = storeOf({ ports: { objects, keys }, configuration });
  return {
    data,
    test,
    engine,
    memory,
    objects,
    store,
    async run(at, change = {}) {
      clock.advanceTo(at);
      let outcome = await runPhase(engine, scheduled('snapshot-orchestration', at, change));
      while (outcome.kind === 'continues') {
        const { runId } = outcome;
        const more = { kind: 'continuation' as const, runId };
        outcome = await runPhase(engine, scheduled('snapshot-orchestration', clock.now(), more));
      }
      return outcome;
    },
    async verdicts(at, attempt = 1) {
      return Object.fromEntries((await checkpoints(at, attempt)).map(({ operation, verdict }) => [operation, verdict]));
    },
    async checkpoint(at, operation, attempt = 1) {
      const found = (await checkpoints(at, attempt)).find((each) => each.operation === operation);
      if (found === undefined) throw new Error(`${operation} did not run at ${at}`);
      return found;
    },
    statuses: () => listStatuses(store),
    async fill(at, change = {}) {
      for (const [collection, records] of Object.entries({ ...recordsAt(at), ...change }))
        await writeCollection(documents, collection, records ?? [], at);
    },
    close() {
      objects.close();
      documents.close();
      rmSync(data, { recursive: true });
    },
  };
}

export function recordsAt(at: string): Record<string, CollectionRecord[]> {
  const users = Array.from({ length: 200 }, (_, index) => `user-${String(index).padStart(3, '0')}`);
  return {
    behavioral: users.map((userId) => ({ _id: `${userId}-view`, userId, type: 'view', at })),
    context: users.slice(0, 20).map((userId) => ({ _id: userId, userId, updatedAt: at, summary: `as of ${at}` })),
    preference: users.map((userId, index) => ({
      _id: userId,
      userId,
      updatedAt: '2026-01-01T00:00:00Z',
      tone: TONES[index % 3],
    })),
  };
}

const TONES = ['brief', 'formal', 'friendly'];

export const endingOf = (outcome: PhaseOutcome): string =>
  outcome.kind === 'concluded' ? outcome.slot.ending : outcome.kind === 'refused' ? outcome.reason : outcome.kind;

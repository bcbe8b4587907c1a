import type { PhaseName } from '../domain/catalog.ts';
import type { Escalation } from '../domain/escalation.ts';
import type { Point } from '../domain/points.ts';
import { type Instant, instant } from '../domain/time.ts';
import type { TriggerBody } from '../domain/trigger.ts';
import type { DatasetPlaces, PointerName } from '../ports/datasets.ts';
import type { Messenger } from '../ports/messenger.ts';
import type { MetricsPort, PointOutcome } from '../ports/metrics.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { Publisher } from '../ports/publisher.ts';
import type { FencedPush, Repository } from '../ports/repositories.ts';
import type { Gate } from './gate.ts';
import type { Worker } from './worker.ts';
import type { World } from './world.ts';

/** The objects of a simulation: reports and anchors, each by its newest body. */
export type SimulatedObjects = Map<string, { readonly generation: number; readonly body: Uint8Array }>;

export interface Outside {
  readonly gate: Gate;
  readonly world: World;
  readonly objects: SimulatedObjects;
  publish(worker: Worker, topic: PhaseName | 'escalations', data: TriggerBody | { readonly id: string }): void;
  told(escalation: Escalation): void;
  written(points: readonly Point[]): void;
}

/** The world as one worker's operations reach it. Only what noon's real actions call is there. */
export function workerPorts({ gate, world, objects }: Outside, worker: Worker): PortMap {
  const call = <T>(verb: string, subject: string, apply: () => T) => gate.call(worker, 'world', verb, subject, apply);
  const ports = {
    repositories: {
      listRefs: ({ name }: Repository) => call('listRefs', name, () => ({ refs: world.refs(name) })),
      readFence: ({ name }: Repository) => call('readFence', name, () => world.fence(name)),
      fencedPush: ({ name }: Repository, { claim, updates }: FencedPush) =>
        call('push', name, () => world.push(name, claim, updates)),
    },
    datasets: {
      pointer: ({ name }: DatasetPlaces, which: PointerName) =>
        call('pointer', name, () => world.pointer(`${name}/${which}`)),
      changedParts: ({ name }: DatasetPlaces) => call('changedParts', name, () => []),
      stage: ({ name }: DatasetPlaces, { from, to, token }: Move) =>
        call('stage', name, () => world.movePointer(`${name}/staged`, from, to, token)),
      promote: ({ name }: DatasetPlaces, { from, to, token }: Move) =>
        call('promote', name, () => world.movePointer(`${name}/live`, from, to, token)),
      fence: ({ name }: DatasetPlaces, which: PointerName, token: number) =>
        call('fence', name, () => world.fencePointer(`${name}/${which}`, token)),
    },
    services: {
      describe: (name: string) => call('describe', name, () => world.service(name)),
      moveTraffic: (name: string, { to, etag, token }: { to: string; etag: number; token: number }) =>
        call('moveTraffic', name, () => world.moveTraffic(name, to, etag, token)),
      fence: (name: string, token: number) => call('fence', name, () => world.fenceService(name, token)),
    },
    objects: {
      stat: (uri: string) =>
        gate.call(worker, 'objects', 'stat', uri, () => {
          const known = objects.get(uri);
          return known === undefined ? undefined : { uri, generation: String(known.generation) };
        }),
      write: (uri: string, body: Uint8Array) =>
        gate.call(worker, 'objects', 'write', uri, () => {
          objects.set(uri, { generation: (objects.get(uri)?.generation ?? 0) + 1, body });
        }),
    },
    /** Work that takes its time. */
    evidence: { work: (ms: number, signal: AbortSignal) => worker.sleep(ms, signal) },
  };
  return ports as unknown as PortMap;
}

interface Move {
  readonly from: string | null;
  readonly to: string | null;
  readonly token: number;
}

export function workerPublisher(outside: Outside, worker: Worker): Publisher {
  const { gate } = outside;
  return {
    trigger: (phase, body) =>
      gate.call(worker, 'publisher', 'trigger', phase, () => outside.publish(worker, phase, body)),
    escalate: ({ id }) =>
      gate.call(worker, 'publisher', 'escalate', id, () => outside.publish(worker, 'escalations', { id })),
  };
}

/** Cloud Monitoring's rule: nothing older than what the series holds. */
export function workerMetrics(outside: Outside, worker: Worker): MetricsPort {
  return {
    write: (points) =>
      outside.gate.call(worker, 'metrics', 'write', '', () => {
        outside.written(points);
        return points.map((): { outcome: PointOutcome } => ({ outcome: 'written' }));
      }),
  };
}

export function workerMessenger(outside: Outside, worker: Worker): Messenger {
  return {
    send: (escalation) =>
      outside.gate.call(worker, 'messenger', 'send', escalation.id, () => {
        outside.told(escalation);
        return { channels: ['chat'] };
      }),
  };
}

export const storeTime = (gate: Gate): Instant => instant(gate.scheduler.now);

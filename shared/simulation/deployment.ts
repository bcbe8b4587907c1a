import { type Engine, LIMITS } from '../engine/engine.ts';
import { CONFIGURATION } from './configuration.ts';
import { WorkerDocuments } from './documents.ts';
import { type Script, simulatedPhases } from './phases.ts';
import type { Stage } from './stage.ts';
import type { Worker } from './worker.ts';
import { type Outside, workerMetrics, workerPorts, workerPublisher } from './worker-ports.ts';

const DEPLOYED = 'c'.repeat(64);

/** What is deployed now: a worker keeps what it was started with, the next one has what came since. */
export class Deployment {
  readonly outside: Outside;
  readonly #simulation: Stage;
  readonly #phases: readonly [Engine['phases'], Engine['phases']];
  readonly #never = new AbortController().signal;
  #release = 0;
  #isForeignConfiguration = false;

  constructor(simulation: Stage, script: Script) {
    this.#simulation = simulation;
    const { gate, world, objects, topics } = simulation;
    this.#phases = [simulatedPhases({ world, script, release: 0 }), simulatedPhases({ world, script, release: 1 })];
    this.outside = {
      gate,
      world,
      objects,
      publish: (worker, topic, data) => void topics.publish(worker.key, topic, data),
      told: () => {},
      written: () => {},
    };
  }

  deploy(): void {
    this.#release += 1;
    this.#simulation.gate.say(`deployed: release ${this.#release}`);
  }

  /** Somebody changed the configuration file, and not by deploying it. */
  misconfigure(): void {
    this.#isForeignConfiguration = true;
  }

  restore(): void {
    this.#isForeignConfiguration = false;
  }

  engineFor(worker: Worker): Engine {
    const { gate, store, options } = this.#simulation;
    const { profile } = options;
    const skew = gate.faults.strikes(`${worker.key} has a wrong clock`, worker.isSpared ? 0 : profile.skew);
    if (skew !== undefined) worker.skewMs = Math.floor(skew.between(-600_000, 600_000));
    return {
      clock: worker,
      ids: worker,
      log: { write: (severity, message, fields) => this.#log(severity, message, fields) },
      documents: new WorkerDocuments(store, gate, worker),
      publisher: workerPublisher(this.outside, worker),
      metrics: workerMetrics(this.outside, worker),
      ports: workerPorts(this.outside, worker),
      phases: this.#phases[(this.#release & 1) as 0 | 1],
      configuration: CONFIGURATION,
      configurationSha256: this.#isForeignConfiguration ? 'd'.repeat(64) : DEPLOYED,
      pinnedConfigurationSha256: DEPLOYED,
      codeRevision: `code-${this.#release}`,
      anchorsUri: 'gs://anchors',
      environmentName: 'production',
      environment: {
        ...options.environment,
        SIMULATED_SCAN_MINUTES: profile.budgetSeconds < 480 ? '10' : '0',
        SIMULATED_SHARDS: String(options.scenario?.shards ?? profile.shards),
      },
      holdAtGenesis: profile.holdAtGenesis,
      limits: { ...LIMITS, budgetSeconds: profile.budgetSeconds },
      draining: this.#draining(worker),
    };
  }

  /** Now and then a process is asked to go while it works. */
  #draining(worker: Worker): AbortSignal {
    const { gate, scheduler, options } = this.#simulation;
    const leaves = gate.faults.strikes(
      `${worker.key} is asked to go`,
      worker.isSpared ? 0 : options.profile.deploys * 0.1,
    );
    if (leaves === undefined) return this.#never;
    const controller = new AbortController();
    scheduler.at(scheduler.now + Math.floor(leaves.between(100, 60_000)), () => {
      if (!worker.isDead) controller.abort();
    });
    gate.disturbedUntil(scheduler.now + 60_000);
    return controller.signal;
  }

  #log(severity: string, message: string, fields: Readonly<Record<string, unknown>> | undefined): void {
    if (severity !== 'DEBUG' && fields?.error !== undefined) this.#simulation.log(message, fields.error);
  }
}

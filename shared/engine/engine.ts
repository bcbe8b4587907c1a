import type { PhaseName } from '../domain/catalog.ts';
import type { Configuration } from '../domain/configuration/index.ts';
import { InvariantError } from '../domain/errors.ts';
import { digestOf } from '../domain/json.ts';
import type { PhaseDefinition } from '../domain/operation.ts';
import type { OwedReport } from '../domain/outbox.ts';
import type { Pins } from '../domain/run.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentsPort } from '../ports/documents.ts';
import type { Ids } from '../ports/ids.ts';
import type { Log } from '../ports/log.ts';
import type { MetricsPort } from '../ports/metrics.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { Publisher } from '../ports/publisher.ts';

export type Phase = PhaseDefinition<PortMap>;

/** Everything an engine works with. The same engine runs in the cloud, on one machine and in the simulation. */
export interface Engine {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly documents: DocumentsPort;
  readonly publisher: Publisher;
  readonly metrics: MetricsPort;
  readonly ports: PortMap;
  /** Those that this process can run: a function knows its own, the command line knows all. */
  readonly phases: Readonly<Partial<Record<PhaseName, Phase>>>;
  readonly configuration: Configuration;
  readonly configurationSha256: string;
  /** What deployment says the configuration's digest is; undefined when it does not say. */
  readonly pinnedConfigurationSha256: string | undefined;
  readonly codeRevision: string;
  /** `gs://BUCKET/...`: where ledger heads are anchored. */
  readonly anchorsUri: string;
  readonly environmentName: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** On a real cloud the first day waits for a person. */
  readonly holdAtGenesis: boolean;
  readonly limits: Limits;
  /** The weekly review's report, where that phase is composed in. */
  readonly writeWeeklyReport?: (engine: Engine, owed: OwedReport) => Promise<void>;
  /** Aborts when the process is asked to go: checkpoint, release the lease, continue elsewhere. */
  readonly draining: AbortSignal;
}

export interface Limits {
  readonly leaseSeconds: number;
  /** One stretch's working time, below the function's timeout. */
  readonly budgetSeconds: number;
  readonly callSeconds: number;
  readonly triesPerCall: number;
  readonly stretches: number;
  readonly publishes: number;
}

export const LIMITS: Limits = {
  leaseSeconds: 90,
  budgetSeconds: 480,
  callSeconds: 30,
  triesPerCall: 3,
  stretches: 12,
  publishes: 40,
};

export function phaseIn(engine: Engine, name: PhaseName): Phase {
  const phase = engine.phases[name];
  if (phase === undefined) throw new InvariantError(`phase ${name} is not composed into this process`);
  return phase;
}

/** What a run of this phase is admitted under: the plan in words and order, the configuration, the code. */
export function pinsOf(engine: Engine, phase: Phase): Pins {
  let plan = planDigests.get(phase);
  if (plan === undefined) {
    plan = planDigestOf(phase);
    planDigests.set(phase, plan);
  }
  return { plan, configuration: engine.configurationSha256, code: engine.codeRevision };
}

/** A phase is declared once and never changed. */
const planDigests = new WeakMap<Phase, string>();

function planDigestOf(phase: Phase): string {
  const plan = phase.operations.map(({ name, claim, kind, failure, timeoutSeconds }) => ({
    name,
    claim,
    kind,
    failure,
    timeoutSeconds,
  }));
  return digestOf(plan);
}

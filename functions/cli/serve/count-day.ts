import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addUsage, type Usage } from '../../../shared/domain/prices.ts';
import { type Instant, plusSeconds } from '../../../shared/domain/time.ts';
import type { RunView } from '../../../shared/engine/read-run.ts';
import { type Calls, CallTally } from '../../../shared/runtime/call-tally.ts';
import { countCalls } from '../../../shared/runtime/count-calls.ts';
import type { LocalRuntime } from '../../../shared/runtime/local.ts';
import { provideRuntime } from '../../../shared/runtime/the-runtime.ts';
import { playDay } from './play-day.ts';
import { type FunctionServers, serveFunctions } from './push-server.ts';

/**
 * A remote call of the cloud is taken to wait this long. It is assumed, not counted: three Firestore operations by warm
 * REST, as the engine's documents go (ADR 014), took 48 to 59 ms, so one takes 16 to 20; buckets, Git hosts and probed
 * services answer more slowly.
 */
export const SECONDS_PER_CALL = 0.03;
/** What a start adds to the billed time; the watchdog comes so often that its instance is kept. */
export const SECONDS_PER_START = 0.7;
/** As `infra/functions.tf` gives it. */
const LARGE = new Set<string>(['snapshot-orchestration', 'weekly-risk-review']);
export const memoryGibOf = (name: string): number => (LARGE.has(name) ? 1 : 0.5);

const BILLED_STEP_SECONDS = 0.1;
/** The least that Pub/Sub bills for a publish, and again for its push. */
const MESSAGE_BYTES = 1000;
const REQUEST_LOG_BYTES = 1000;

export interface CountedFunction extends Calls {
  readonly name: string;
  /** Messages pushed to it on that day. */
  readonly messages: number;
  readonly billedSeconds: number;
}

export interface CountedDay {
  readonly date: string;
  readonly functions: readonly CountedFunction[];
  readonly runs: readonly RunView[];
  /** Messages that no function took: what they would have done was not counted. */
  readonly deadLetters: number;
}

/**
 * Plays a Saturday, which is a first day and counts for nothing, and the Sunday after it with every call counted: a
 * Sunday, because on it all five phases run. In a temporary folder.
 */
export async function countDay(
  open: (data: string, at: Instant) => Promise<LocalRuntime>,
  sunday: string,
  tell: (text: string) => void,
): Promise<CountedDay> {
  const data = await mkdtemp(join(tmpdir(), 'highnoon-cost-'));
  try {
    const saturday = plusSeconds(`${sunday}T00:00:00.000Z`, -86_400).slice(0, 10);
    const plain = await open(data, `${saturday}T00:00:00.000Z`);
    await play(plain, async (servers) => {
      tell(`playing ${saturday}, the first day of a new world, uncounted`);
      return playDay(plain, servers, saturday, () => {});
    });
    const runtime = await open(data, `${sunday}T00:00:00.000Z`);
    const tally = new CallTally();
    const seconds = new Map<string, number>();
    const counted: LocalRuntime = { ...runtime, engine: countCalls(runtime.engine, tally) };
    const { runs, deadLetters } = await play(counted, async (servers) => {
      tell(`playing ${sunday}, counted`);
      return playDay(counted, countedServers(servers, tally, seconds), sunday, () => {});
    });
    const functions = tally.names.map((name): CountedFunction => {
      const calls = tally.of(name);
      const billedSeconds = seconds.get(name) ?? 0;
      return {
        ...calls,
        name,
        messages: calls.usage.invocations ?? 0,
        billedSeconds,
        usage: withTime(name, calls, billedSeconds),
      };
    });
    return { date: sunday, functions, runs, deadLetters };
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

function withTime(name: string, { usage }: Calls, seconds: number): Usage {
  return addUsage(usage, { cpuSeconds: seconds, gibSeconds: seconds * memoryGibOf(name) });
}

async function play<T>(runtime: LocalRuntime, body: (servers: FunctionServers) => Promise<T>): Promise<T> {
  provideRuntime(runtime);
  try {
    const servers = await serveFunctions(runtime);
    try {
      return await body(servers);
    } finally {
      await servers.close();
    }
  } finally {
    provideRuntime(undefined);
    await runtime.close();
  }
}

/** Billed as the cloud bills: the processor time worked here, the sample world's included, what remote calls wait there, a start; in steps of 100 ms. */
function countedServers(servers: FunctionServers, tally: CallTally, seconds: Map<string, number>): FunctionServers {
  return {
    ...servers,
    push: (message) => {
      const name = message.topic === 'escalations' ? 'relay' : message.topic;
      return tally.within(name, async () => {
        tally.add('invocations', 1);
        tally.add('messageBytes', 2 * MESSAGE_BYTES);
        tally.add('logBytes', REQUEST_LOG_BYTES);
        const before = tally.of(name).roundTrips;
        const started = process.cpuUsage();
        const status = await servers.push(message);
        const { user, system } = process.cpuUsage(started);
        const worked = (user + system) / 1e6;
        const waited = (tally.of(name).roundTrips - before) * SECONDS_PER_CALL;
        const whole = worked + waited + (name === 'watchdog' ? 0 : SECONDS_PER_START);
        const billed = Math.ceil(whole / BILLED_STEP_SECONDS) * BILLED_STEP_SECONDS;
        seconds.set(name, (seconds.get(name) ?? 0) + billed);
        return status;
      });
    },
  };
}

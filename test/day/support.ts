import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PHASES } from '../../functions/cli/phases.ts';
import { commit, SAMPLE_REPOSITORIES } from '../../shared/adapters/local/sample/repositories.ts';
import type { PhaseName } from '../../shared/domain/catalog.ts';
import type { DayRecord } from '../../shared/domain/day.ts';
import type { EffectRecord } from '../../shared/domain/run.ts';
import { newestSlot } from '../../shared/domain/slot.ts';
import type { Trigger } from '../../shared/domain/trigger.ts';
import type { Engine, Phase } from '../../shared/engine/engine.ts';
import { type RunView, viewOutcome } from '../../shared/engine/read-run.ts';
import { paths } from '../../shared/engine/records.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { type SweepReport, sweep } from '../../shared/engine/sweep.ts';
import { createLocalRuntime, type LocalRuntime } from '../../shared/runtime/local.ts';
import { handleMessage } from '../../shared/runtime/phase-handler.ts';

/** A sample world in a temporary folder, whose day a test plays message by message. */
export interface Story extends AsyncDisposable {
  readonly data: string;
  readonly date: string;
  engine(): Engine;
  /** Sends a message of the phase, published at that time of the story's date. */
  run(phase: PhaseName, time: string, change?: Partial<Trigger>): Promise<RunView>;
  /** Sends exactly this push body to the phase's handler. */
  push(phase: PhaseName, time: string, event: object): Promise<RunView>;
  sweep(time: string): Promise<SweepReport>;
  /** The chain of a good morning: T-90 and T-30. */
  morning(): Promise<void>;
  day(): Promise<DayRecord>;
  at(time: string): string;
  advance(time: string): Promise<void>;
  /** Replaces phases from now on. */
  setPhases(phases: Engine['phases']): void;
  setEngine(change: Partial<Engine>): void;
  /** Everything outside that noon may change: release refs, context copies, tags, pointers, serving revisions. */
  observe(): Record<string, string>;
  fault(service: string, fault: object): void;
  commitTo(repository: string, files: Record<string, string>, at: string): Promise<void>;
  git(repository: string, ...args: string[]): string;
  effects(slotId: string, attempt: number): Promise<readonly EffectRecord[]>;
  /** Opens the same folder again, as another process would. */
  reopen(environment?: Record<string, string>): Promise<void>;
}

let messages = 0;

export interface StoryOptions {
  readonly date?: string;
  readonly environment?: Record<string, string>;
  /** Changes the text of the sample configuration. */
  readonly configuration?: (text: string) => string;
}

export async function openStory(options: StoryOptions = {}): Promise<Story> {
  const date = options.date ?? '2026-11-24';
  const data = mkdtempSync(join(tmpdir(), 'highnoon-story-'));
  const at = (time: string) => (time.includes('T') ? time : `${date}T${time}:00.000Z`);
  let environment = options.environment ?? {};
  let runtime = await open(data, at('10:00'), environment);
  if (options.configuration !== undefined) {
    await runtime.close();
    const file = join(data, 'herbitrage.yaml');
    writeFileSync(file, options.configuration(readFileSync(file, 'utf8')));
    runtime = await open(data, at('10:00'), environment);
  }
  let change: Partial<Engine> = {};
  const engine = (): Engine => ({ ...runtime.engine, phases: PHASES, ...change });
  const git = (repository: string, ...args: string[]): string =>
    spawnSync('git', ['--git-dir', join(data, 'repositories', repository), ...args], {
      encoding: 'utf8',
    }).stdout.trim();
  const story: Story = {
    data,
    date,
    engine,
    at,
    git,
    async run(phase, time, more = {}) {
      await story.advance(time);
      const trigger: Trigger = {
        phase,
        kind: 'schedule',
        messageId: `story-${++messages}`,
        publishedAt: at(time),
        dryRun: false,
        rerun: false,
        ...more,
      };
      const outcome = await runPhase(engine(), trigger);
      return viewOutcome(engine(), phase, newestSlot(phase, trigger.slotDueAt ?? trigger.publishedAt).slotId, outcome);
    },
    async push(phase, time, event) {
      await story.advance(time);
      const outcome = await handleMessage({ ...runtime, engine: engine() }, phase, event as never);
      return viewOutcome(engine(), phase, newestSlot(phase, at(time)).slotId, outcome);
    },
    async sweep(time) {
      await story.advance(time);
      return sweep(engine());
    },
    async morning() {
      await story.run('t-90-prep', '10:30');
      await story.run('t-30-final-check', '11:30');
    },
    async day() {
      return (await engine().documents.get<DayRecord>(paths.day(date))) as DayRecord;
    },
    advance: (time) => runtime.stepTo(at(time)),
    setPhases(phases) {
      change = { ...change, phases };
    },
    setEngine(more) {
      change = { ...change, ...more };
    },
    observe() {
      const seen: Record<string, string> = {};
      for (const name of SAMPLE_REPOSITORIES) {
        for (const line of git(name, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n')) {
          const [ref = '', id = ''] = line.split(' ');
          // The fence moves with every attempt, whatever becomes of it: that is its purpose.
          if (ref !== 'refs/heads/high-noon/fence' && ref !== '') seen[`${name} ${ref}`] = id;
        }
      }
      const registry = JSON.parse(readFileSync(join(data, 'registry.json'), 'utf8')) as {
        services: Record<string, { traffic: unknown }>;
      };
      for (const [name, { traffic }] of Object.entries(registry.services))
        seen[`service ${name}`] = JSON.stringify(traffic);
      for (const dataset of ['square_transactions', 'lightspeed_sales', 'daily_news']) {
        seen[`live ${dataset}`] = livePointer(data, dataset);
      }
      return seen;
    },
    fault(service, fault) {
      writeFileSync(join(data, 'services.json'), JSON.stringify({ [service]: fault }));
    },
    commitTo: (repository, files, when) =>
      commit(join(data, 'repositories', repository), { at: when, message: 'A change', files }, false),
    async effects(slotId, attempt) {
      return (await engine().documents.query<EffectRecord>(paths.effects(slotId, attempt))).map(
        ({ data: effect }) => effect,
      );
    },
    async reopen(more) {
      const now = runtime.clock.now();
      await runtime.close();
      environment = more ?? environment;
      runtime = await open(data, now, environment);
    },
    async [Symbol.asyncDispose]() {
      await runtime.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
  return story;
}

function open(data: string, now: string, environment: Record<string, string>): Promise<LocalRuntime> {
  return createLocalRuntime({ data, at: now, environment, log: () => {} });
}

function livePointer(data: string, dataset: string): string {
  try {
    const text = readFileSync(
      join(data, 'objects', 'livhana-fixture-highnoon-data', 'live', dataset, 'current.json'),
      'utf8',
    );
    return (JSON.parse(text) as { version: string | null }).version ?? 'none';
  } catch {
    return 'none';
  }
}

/** The phase with a check after the named operation that fails. */
export function failingAfter(phase: Phase, name: string): Phase {
  const index = phase.operations.findIndex((operation) => operation.name === name);
  const bad = {
    name: `fail-after-${name}`,
    claim: 'never',
    kind: 'check' as const,
    failure: 'hard' as const,
    needs: [],
    timeoutSeconds: 10,
    run: async () => ({
      findings: [
        {
          state: 'fails' as const,
          code: 'planted',
          subject: name,
          message: `planted after ${name}`,
          remedy: 'none',
          severity: 'high' as const,
        },
      ] as const,
      evidence: [],
    }),
  };
  return { ...phase, operations: [...phase.operations.slice(0, index + 1), bad, ...phase.operations.slice(index + 1)] };
}

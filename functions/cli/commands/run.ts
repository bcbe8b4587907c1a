import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPhaseName, PHASE_NAMES, type PhaseName } from '../../../shared/domain/catalog.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import { newestSlot, parseSlotId, slotAt } from '../../../shared/domain/slot.ts';
import { type Instant, parseInstant } from '../../../shared/domain/time.ts';
import { type RunView, viewOutcome } from '../../../shared/engine/read-run.ts';
import { type PhaseOutcome, runPhase } from '../../../shared/engine/run-phase.ts';
import { copyForDryRun, type LocalRuntime, writeClock } from '../../../shared/runtime/local.ts';
import { handleMessage } from '../../../shared/runtime/phase-handler.ts';
import { type Arguments, flagOption, textOption, timeOption } from '../arguments.ts';
import type { Command, ExitCode } from '../command.ts';
import { dataFolder, nowIn, openLocal, storeOption } from '../open-runtime.ts';
import type { Output } from '../output.ts';
import { renderRun } from '../render/run.ts';

export const runCommand: Command = {
  name: 'run',
  usage: 'run PHASE [--at T] [--slot T] [--dry-run] [--rerun] [--reason TEXT]',
  summary: 'one phase, as a message published at T would run it',
  options: {
    at: { type: 'string', value: 'T', help: 'the publish time (default: now)' },
    slot: { type: 'string', value: 'T', help: 'the slot it is for, when that is not the newest' },
    'dry-run': { type: 'boolean', help: 'looks, says what it would do, and writes nothing anywhere' },
    rerun: { type: 'boolean', help: 'the next attempt of a slot that did not pass' },
    reason: { type: 'string', value: 'TEXT', help: 'why, for the ledger' },
  },
  positionals: { least: 1, most: 1 },
  async run(args, output) {
    const phase = phaseOf(args.positionals[0] ?? '');
    const slotDueAt = slotOption(args, phase);
    if (storeOption(args) === 'firestore') {
      const { runInCloud } = await import('../cloud/run.ts');
      return runInCloud(args, output, phase, slotDueAt);
    }
    const at = timeOption(args, 'at') ?? nowIn(dataFolder(args));
    const view = flagOption(args, 'dry-run')
      ? await dryRun(args, output, phase, at, slotDueAt)
      : await runLocally(args, output, phase, at, slotDueAt);
    for (const line of renderRun(view)) output.line(line);
    output.document(view);
    return view.exitCode as ExitCode;
  },
};

export function phaseOf(text: string): PhaseName {
  if (!isPhaseName(text)) throw new UsageError(`phase '${text}' is unknown; allowed are ${PHASE_NAMES.join(', ')}`);
  return text;
}

/** `--slot` takes a time, or the whole id. */
export function slotOption(args: Arguments, phase: PhaseName): Instant | undefined {
  const text = textOption(args, 'slot');
  if (text === undefined) return undefined;
  const dueAt = parseInstant(text) ?? parseSlotId(text)?.dueAt;
  if (dueAt === undefined) throw new UsageError(`--slot '${text}': a time such as 2026-11-24T12:00:00Z is allowed`);
  if (slotAt(phase, dueAt) === undefined)
    throw new UsageError(`--slot '${text}': the schedule of ${phase} has no such instant`);
  return dueAt;
}

interface Request {
  readonly phase: PhaseName;
  readonly at: Instant;
  readonly slotDueAt: Instant | undefined;
}

async function runLocally(
  args: Arguments,
  output: Output,
  phase: PhaseName,
  at: Instant,
  slotDueAt: Instant | undefined,
): Promise<RunView> {
  const data = dataFolder(args);
  writeClock(data, at);
  const runtime = await openLocal(args, output, at);
  try {
    const request = { phase, at, slotDueAt };
    const outcome = await deliver(runtime, request, message(args, request, runtime.engine.ids.unique()));
    return await viewOutcome(runtime.engine, phase, slotIdOf(request), outcome);
  } finally {
    await runtime.close();
  }
}

/** Handles the message and every continuation that it publishes, in this process. */
async function deliver(runtime: LocalRuntime, { phase }: Request, first: object): Promise<PhaseOutcome> {
  const topic = runtime.resourceName(phase);
  const source = `//pubsub.googleapis.com/projects/${runtime.engine.configuration.deployment.project_id}/topics/${topic}`;
  const event = (data: object) => ({
    specversion: '1.0',
    type: 'google.cloud.pubsub.topic.v1.messagePublished',
    id: 'local',
    source,
    data,
  });
  let outcome = await handleMessage(runtime, phase, event(first));
  for (let queued = runtime.publisher.take(); queued !== undefined; queued = runtime.publisher.take()) {
    const isOurs = queued.topic === phase && outcome.kind === 'continues';
    if (!isOurs) continue;
    outcome = await handleMessage(runtime, phase, event(pushed(queued.data, queued.messageId, queued.publishedAt)));
  }
  return outcome;
}

function message(args: Arguments, { phase, at, slotDueAt }: Request, messageId: string): object {
  const reason = textOption(args, 'reason');
  const body = {
    phase,
    trigger: 'manual',
    ...(flagOption(args, 'rerun') ? { rerun: true } : {}),
    ...(slotDueAt === undefined ? {} : { slot: slotDueAt }),
    ...(reason === undefined ? {} : { reason: reason.slice(0, 500) }),
  };
  return pushed(body, messageId, at);
}

const pushed = (data: unknown, messageId: string, publishTime: Instant): object => ({
  message: { data: Buffer.from(JSON.stringify(data)).toString('base64'), messageId, publishTime, attributes: {} },
});

const slotIdOf = ({ phase, at, slotDueAt }: Request): string =>
  (slotDueAt === undefined ? newestSlot(phase, at) : (slotAt(phase, slotDueAt) ?? newestSlot(phase, at))).slotId;

/** Over a copy of the data folder, in a temporary place: looking leaves no trace in what is looked at. */
async function dryRun(
  args: Arguments,
  output: Output,
  phase: PhaseName,
  at: Instant,
  slotDueAt: Instant | undefined,
): Promise<RunView> {
  const data = dataFolder(args);
  const place = existsSync(data) ? await copyForDryRun(data) : await emptyPlace();
  try {
    const runtime = await openLocal(args, output, at, place.data);
    try {
      const trigger = {
        phase,
        kind: 'manual' as const,
        messageId: 'dry-run',
        publishedAt: at,
        dryRun: true,
        rerun: flagOption(args, 'rerun'),
        ...(slotDueAt === undefined ? {} : { slotDueAt }),
      };
      const outcome = await runPhase(runtime.engine, trigger);
      return await viewOutcome(runtime.engine, phase, slotIdOf({ phase, at, slotDueAt }), outcome);
    } finally {
      await runtime.close();
    }
  } finally {
    await place.remove();
  }
}

async function emptyPlace(): Promise<{ data: string; remove(): Promise<void> }> {
  const data = await mkdtemp(join(tmpdir(), 'highnoon-dry-run-'));
  return { data, remove: () => rm(data, { recursive: true, force: true }) };
}

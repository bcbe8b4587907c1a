import type { PhaseName } from '../../../shared/domain/catalog.ts';
import { phaseNamed } from '../../../shared/domain/catalog.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import type { SlotRecord } from '../../../shared/domain/run.ts';
import { newestSlot, type Slot, slotAt } from '../../../shared/domain/slot.ts';
import { type Instant, toSeconds } from '../../../shared/domain/time.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { type RunView, readRun, viewOutcome } from '../../../shared/engine/read-run.ts';
import { paths } from '../../../shared/engine/records.ts';
import { runPhase } from '../../../shared/engine/run-phase.ts';
import { type Arguments, flagOption, textOption } from '../arguments.ts';
import type { ExitCode } from '../command.ts';
import type { Output } from '../output.ts';
import { renderRun } from '../render/run.ts';
import { openCloud } from './open-cloud.ts';

const POLL_MS = 1000;
/** A cold start, a delivery and the first transaction take seconds; a slot still without a run after this was not begun. */
const START_PATIENCE_MS = 60_000;

/** Publishes what was asked for and follows the stored ending; a dry-run looks in this process and writes nothing. */
export async function runInCloud(
  args: Arguments,
  output: Output,
  phase: PhaseName,
  slotDueAt: Instant | undefined,
): Promise<ExitCode> {
  if (textOption(args, 'at') !== undefined)
    throw new UsageError('run: --at is the publish time, which Pub/Sub sets; only --store local has it');
  const runtime = await openCloud(args, output);
  try {
    const { engine } = runtime;
    const slot =
      (slotDueAt === undefined ? undefined : slotAt(phase, slotDueAt)) ?? newestSlot(phase, engine.clock.now());
    const view = flagOption(args, 'dry-run')
      ? await lookAt(engine, args, slot)
      : await publishAndFollow(engine, args, output, slot, slotDueAt);
    for (const line of renderRun(view)) output.line(line);
    output.document(view);
    return view.exitCode as ExitCode;
  } finally {
    await runtime.close();
  }
}

async function lookAt(engine: Engine, args: Arguments, slot: Slot): Promise<RunView> {
  const outcome = await runPhase(engine, {
    phase: slot.phase,
    kind: 'manual',
    messageId: 'dry-run',
    publishedAt: engine.clock.now(),
    dryRun: true,
    rerun: flagOption(args, 'rerun'),
    slotDueAt: slot.dueAt,
  });
  return viewOutcome(engine, slot.phase, slot.slotId, outcome);
}

async function publishAndFollow(
  engine: Engine,
  args: Arguments,
  output: Output,
  slot: Slot,
  slotDueAt: Instant | undefined,
): Promise<RunView> {
  const before = await engine.documents.get<SlotRecord>(paths.slot(slot.slotId));
  const reason = textOption(args, 'reason');
  const rerun = flagOption(args, 'rerun');
  await engine.publisher.trigger(slot.phase, {
    phase: slot.phase,
    trigger: 'manual',
    ...(rerun ? { rerun } : {}),
    ...(slotDueAt === undefined ? {} : { slot: toSeconds(slotDueAt) }),
    ...(reason === undefined ? {} : { reason: reason.slice(0, 500) }),
  });
  output.progress(`published for ${slot.slotId}; following what is stored (interrupting stops only the following)`);
  return follow(engine, slot, before, rerun);
}

async function follow(engine: Engine, slot: Slot, before: SlotRecord | undefined, rerun: boolean): Promise<RunView> {
  const startedMs = engine.clock.monotonicMs();
  const budgetMs = ((phaseNamed(slot.phase)?.budgetSeconds ?? 0) + 600) * 1000;
  for (;;) {
    const record = await engine.documents.get<SlotRecord>(paths.slot(slot.slotId));
    const isNew = record !== undefined && (before === undefined || record.attempt > before.attempt || !rerun);
    if (record?.status === 'concluded' && isNew) return told(engine, record, before);
    const waitedMs = engine.clock.monotonicMs() - startedMs;
    const isUnderWay = record?.status === 'running';
    if (waitedMs > (isUnderWay ? budgetMs : START_PATIENCE_MS))
      return record === undefined ? nothingStored(engine, slot) : readRun(engine, record);
    await engine.clock.sleep(POLL_MS);
  }
}

/** What had ended before was not run again by this message. */
async function told(engine: Engine, record: SlotRecord, before: SlotRecord | undefined): Promise<RunView> {
  const view = await readRun(engine, record);
  const isDuplicate = before?.status === 'concluded' && before.attempt === record.attempt;
  return isDuplicate ? { ...view, refused: { reason: 'duplicate', detail: `${record.slotId} has ended` } } : view;
}

const nothingStored = (engine: Engine, slot: Slot): Promise<RunView> =>
  viewOutcome(engine, slot.phase, slot.slotId, {
    kind: 'refused',
    reason: 'not-due',
    detail: `nothing was stored for ${slot.slotId} within ${START_PATIENCE_MS / 1000} s; a message outside a slot is a rehearsal, whose result is in the log`,
    slot: undefined,
  });

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { SAMPLE_REPOSITORIES } from '../../shared/adapters/local/sample/repositories.ts';
import { PHASE_NAMES } from '../../shared/domain/catalog.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { AttemptRecord, EffectRecord, SlotRecord } from '../../shared/domain/run.ts';
import { slotsOfDate } from '../../shared/domain/slot.ts';
import { paths } from '../../shared/engine/records.ts';
import { ledgerWhole } from '../../shared/operator/api/ledger-view.ts';
import { type EmulatedDay, openEmulatedDay } from './emulated-day.ts';
import { createKiller } from './killer.ts';

/** A killed process leaves its lease behind; the day waits for its end. */
const LEASE_SECONDS = 8;

/**
 * Plays a day while function processes are killed at random moments of their work, and holds it to its promise: one
 * ending for each slot, each effect once. Returns the targets of the processes that were killed.
 */
export async function playKilledDay(options: {
  readonly date: string;
  readonly kills: number;
  readonly seed: number;
  /** The share of watchdog ticks that are killed too; phases are most of the time. */
  readonly watchdogShare?: number;
}): Promise<readonly string[]> {
  const { date, kills, seed } = options;
  const killer = createKiller(kills, seed, options.watchdogShare);
  await using day = await openEmulatedDay({ date, leaseSeconds: LEASE_SECONDS, onPush: killer.onPush });
  await day.play();
  for (const { slotId, slot, attempts, told } of await endings(day, date)) {
    assert.equal(slot?.status, 'concluded', slotId);
    assert.equal(attempts.length, 1, slotId);
    assert.equal(told, 1, slotId);
  }
  const ledger = await ledgerWhole(day.runtime.engine);
  assert.equal(ledger.firstBad, null);
  await assertEffectsOnce(day, date);
  return killer.killed;
}

/** Every slot of the date, its attempts, and what the ledger says of them. */
async function endings({ runtime: { engine } }: EmulatedDay, date: string) {
  const entries = (await engine.documents.query<LedgerEntry>('ledger')).map(({ data }) => data);
  return Promise.all(
    PHASE_NAMES.flatMap((phase) => slotsOfDate(phase, date)).map(async ({ slotId }) => {
      const slot = await engine.documents.get<SlotRecord>(paths.slot(slotId));
      const attempts = await engine.documents.query<AttemptRecord>(`slots/${slotId}/attempts`);
      const told = entries.filter(
        ({ kind, subject }) => kind === 'attempt-concluded' && subject.startsWith(`${slotId}#`),
      );
      return { slotId, slot, attempts: attempts.map(({ data }) => data), told: told.length };
    }),
  );
}

const git = (data: string, repository: string, ...args: string[]): string =>
  execFileSync('git', ['--git-dir', join(data, 'repositories', repository), ...args], { encoding: 'utf8' }).trim();

/** What noon said it did is what is there, and is there once. */
async function assertEffectsOnce({ runtime: { engine }, data }: EmulatedDay, date: string): Promise<void> {
  const slotId = `high-noon-sync@${date}T12:00Z`;
  const slot = await engine.documents.get<SlotRecord>(paths.slot(slotId));
  const effects = (await engine.documents.query<EffectRecord>(paths.effects(slotId, 1))).map(({ data: one }) => one);
  const targets = effects.map(({ operation, target }) => `${operation} ${target}`);
  assert.equal(new Set(targets).size, targets.length);
  const isGood = slot?.status === 'concluded' && (slot.ending === 'passed' || slot.ending === 'degraded');
  if (isGood) assert.ok(effects.every(({ state }) => state === 'applied'));
  for (const repository of SAMPLE_REPOSITORIES) {
    const tags = git(data, repository, 'tag', '--list', 'high-noon/*').split('\n').filter(Boolean);
    const released = git(data, repository, 'for-each-ref', '--format=%(objectname)', 'refs/heads/high-noon/release');
    assert.deepEqual(tags, isGood ? [`high-noon/${date}`] : []);
    assert.equal(released !== '', isGood);
    const copies = git(data, repository, 'for-each-ref', '--format=%(objectname)', 'refs/heads/high-noon/context');
    if (isGood) assert.equal(git(data, repository, 'rev-list', '--count', copies), '1');
  }
}

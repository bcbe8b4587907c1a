import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SAMPLE_REPOSITORIES } from '../../shared/adapters/local/sample/repositories.ts';
import { PHASE_NAMES } from '../../shared/domain/catalog.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { AttemptRecord, EffectRecord, SlotRecord } from '../../shared/domain/run.ts';
import { slotsOfDate } from '../../shared/domain/slot.ts';
import { paths } from '../../shared/engine/records.ts';
import { ledgerWhole } from '../../shared/operator/api/ledger-view.ts';
import { highnoon, temporaryFolder } from '../cli/support.ts';
import { comparable } from './compare.ts';
import { type EmulatedDay, openEmulatedDay } from './emulated-day.ts';
import { missingEmulators } from './emulators.ts';
import type { FunctionProcess } from './function-process.ts';
import { createKiller } from './killer.ts';

const skip = missingEmulators(['firestore', 'pubsub']) ?? false;
const DATE = '2026-11-24';
const KILLS = Number(process.env.HIGHNOON_TEST_KILLS ?? 10);

function reports(data: string): string[] {
  const folder = join(data, 'objects/livhana-fixture-highnoon-reports', DATE);
  return ['readiness.md', 'readiness.json', 'high-noon-sync.md', 'high-noon-sync.json'].map((name) =>
    comparable(readFileSync(join(folder, name), 'utf8')),
  );
}

/** Every slot of the date, its attempts, and what the ledger says of them. */
async function endings({ runtime: { engine } }: EmulatedDay) {
  const entries = (await engine.documents.query<LedgerEntry>('ledger')).map(({ data }) => data);
  return Promise.all(
    PHASE_NAMES.flatMap((phase) => slotsOfDate(phase, DATE)).map(async ({ slotId }) => {
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

describe('a day over the Firestore and Pub/Sub emulators, with functions as processes', { skip }, () => {
  it('ends with the reports of the embedded day, byte for byte but for durations', async () => {
    using embedded = temporaryFolder();
    const answer = await highnoon(['day', '--date', DATE, '--data', embedded.path, '--json']);
    assert.equal(answer.code, 0, answer.err);
    await using day = await openEmulatedDay({ date: DATE });
    await day.play('00:00', '12:30');
    assert.deepEqual(reports(day.data), reports(embedded.path));
    assert.ok(day.deliveries.every(({ status }) => status >= 200 && status < 300));
  });

  it('hands a phase over when its process is asked to go: acknowledged, and continued in another', async () => {
    const path = paths.slot(`t-90-prep@${DATE}T10:30Z`);
    let asked: Promise<boolean> | undefined;
    const askToGo = async (process: FunctionProcess): Promise<boolean> => {
      const { documents } = (await opened).runtime.engine;
      while ((await documents.get<SlotRecord>(path))?.status !== 'running');
      return process.signal('SIGTERM');
    };
    const opened: Promise<EmulatedDay> = openEmulatedDay({
      date: DATE,
      onPush: (process) => {
        asked ??= askToGo(process);
      },
    });
    await using day = await opened;
    await day.fire(`${DATE}T10:30:00.000Z`, 't-90-prep');
    assert.equal(await asked, true);
    assert.equal(day.deliveries[0]?.status, 204);
    const slot = await day.runtime.engine.documents.get<SlotRecord>(path);
    assert.equal(slot?.status === 'concluded' && slot.ending, 'degraded');
    const attempt = await day.runtime.engine.documents.get<AttemptRecord>(`${path}/attempts/1`);
    assert.equal(attempt?.concluded?.stretches, 2);
  });

  it(`has one ending for each slot and each effect once, though ${KILLS} processes are killed`, async (test) => {
    const seed = Number(process.env.HIGHNOON_TEST_SEED ?? 20261124);
    test.diagnostic(`seed ${seed}`);
    const killer = createKiller(KILLS, seed);
    await using day = await openEmulatedDay({ date: DATE, leaseSeconds: 8, onPush: killer.onPush });
    await day.play();
    test.diagnostic(`killed: ${killer.killed.join(' ')}`);
    assert.ok(killer.killed.length >= KILLS / 2, `only ${killer.killed.length} were killed`);
    for (const { slotId, slot, attempts, told } of await endings(day)) {
      assert.equal(slot?.status, 'concluded', slotId);
      assert.equal(attempts.length, 1, slotId);
      assert.equal(told, 1, slotId);
    }
    const ledger = await ledgerWhole(day.runtime.engine);
    assert.equal(ledger.firstBad, null);
    await assertEffectsOnce(day);
  });
});

/** What noon said it did is what is there, and is there once. */
async function assertEffectsOnce({ runtime: { engine }, data }: EmulatedDay): Promise<void> {
  const slotId = `high-noon-sync@${DATE}T12:00Z`;
  const slot = await engine.documents.get<SlotRecord>(paths.slot(slotId));
  const effects = (await engine.documents.query<EffectRecord>(paths.effects(slotId, 1))).map(({ data: one }) => one);
  const targets = effects.map(({ operation, target }) => `${operation} ${target}`);
  assert.equal(new Set(targets).size, targets.length);
  const isGood = slot?.status === 'concluded' && (slot.ending === 'passed' || slot.ending === 'degraded');
  if (isGood) assert.ok(effects.every(({ state }) => state === 'applied'));
  for (const repository of SAMPLE_REPOSITORIES) {
    const tags = git(data, repository, 'tag', '--list', 'high-noon/*').split('\n').filter(Boolean);
    const released = git(data, repository, 'for-each-ref', '--format=%(objectname)', 'refs/heads/high-noon/release');
    assert.deepEqual(tags, isGood ? [`high-noon/${DATE}`] : []);
    assert.equal(released !== '', isGood);
    const copies = git(data, repository, 'for-each-ref', '--format=%(objectname)', 'refs/heads/high-noon/context');
    if (isGood) assert.equal(git(data, repository, 'rev-list', '--count', copies), '1');
  }
}

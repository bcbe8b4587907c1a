import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { AttemptRecord, SlotRecord } from '../../shared/domain/run.ts';
import { paths } from '../../shared/engine/records.ts';
import { highnoon, temporaryFolder } from '../cli/support.ts';
import { comparable } from './compare.ts';
import { type EmulatedDay, openEmulatedDay } from './emulated-day.ts';
import { missingEmulators } from './emulators.ts';
import type { FunctionProcess } from './function-process.ts';
import { playKilledDay } from './killed-day.ts';

const skip = missingEmulators(['firestore', 'pubsub']) ?? false;
const DATE = '2026-11-24';
const KILLS = Number(process.env.HIGHNOON_TEST_KILLS ?? 10);

function reports(data: string): string[] {
  const folder = join(data, 'objects/livhana-fixture-highnoon-reports', DATE);
  return ['readiness.md', 'readiness.json', 'high-noon-sync.md', 'high-noon-sync.json'].map((name) =>
    comparable(readFileSync(join(folder, name), 'utf8')),
  );
}

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
    const killed = await playKilledDay({ date: DATE, kills: KILLS, seed });
    test.diagnostic(`killed: ${killed.join(' ')}`);
    assert.ok(killed.length >= KILLS / 2, `only ${killed.length} were killed`);
  });
});

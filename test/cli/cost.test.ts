import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { CostView } from '../../functions/cli/render/cost.ts';
import { catalog } from '../../shared/domain/catalog.ts';
import { highnoon, temporaryFolder } from './support.ts';

describe('highnoon cost', () => {
  it('counts a Sunday on which every function worked, and prices a month of the phases below a dollar', async () => {
    using folder = temporaryFolder();
    const answer = await highnoon(['cost', '--date', '2026-11-29', '--data', folder.path, '--json']);
    assert.equal(answer.code, 0, answer.err);
    const view = answer.json<CostView>();
    for (const { name } of catalog.phases) {
      const counted = view.functions.find((one) => one.name === name);
      assert.ok((counted?.usage.reads ?? 0) > 0 && (counted?.usage.writes ?? 0) > 0, `${name} was not counted`);
    }
    const watchdog = view.functions.find(({ name }) => name === 'watchdog');
    assert.equal(watchdog?.messagesPerDay, 288);
    assert.ok(view.phases.usdPerMonth < 1, String(view.phases.usdPerMonth));
    const { stateAndMessages } = view;
    assert.ok(stateAndMessages.usdPerDay > 0.001 && stateAndMessages.reached, String(stateAndMessages.usdPerDay));
    assert.ok(view.everything.usdPerMonth > view.phases.usdPerMonth);
    assert.deepEqual(readdirSync(folder.path), [], 'it plays elsewhere');
  });

  it('refuses a day on which the weekly review does not run', async () => {
    const answer = await highnoon(['cost', '--date', '2026-11-24']);
    assert.equal(answer.code, 2);
    assert.match(answer.err, /--date 2026-11-24: a Sunday is allowed/);
  });
});

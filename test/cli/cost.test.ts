import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { CostView } from '../../functions/cli/render/cost-view.ts';
import { SAMPLE_CONFIGURATION } from '../../shared/adapters/local/sample/configuration.yaml.ts';
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
    assert.equal(view.isWholeDay, true);
    assert.equal(view.endings.length, 8, 'four snapshots, three phases of the chain, the review');
    const watchdog = view.functions.find(({ name }) => name === 'watchdog');
    assert.equal(watchdog?.messagesPerDay, 288);
    assert.ok(view.phases.usdPerMonth < 1, String(view.phases.usdPerMonth));
    const { stateAndMessages } = view;
    assert.ok(stateAndMessages.usdPerDay > 0.001 && stateAndMessages.reached, String(stateAndMessages.usdPerDay));
    assert.ok(view.everything.usdPerMonth > view.phases.usdPerMonth);
    assert.deepEqual(readdirSync(folder.path), [], 'it plays elsewhere');
  });

  it('does not price a day that did not happen as if it had: verdict and exit code say which phase ended how', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'wrong.yaml');
    const wrong = SAMPLE_CONFIGURATION.replace('sample://git/LivHana-Kinetic', 'sample://git/LivHana-Nowhere').replace(
      'sample://integration-service/health',
      'sample://integration-service/wrong',
    );
    assert.notEqual(wrong, SAMPLE_CONFIGURATION);
    writeFileSync(file, wrong);
    const { code, out } = await highnoon(['cost', '--date', '2026-11-29', '--data', folder.path, '--config', file]);
    assert.equal(code, 1, out);
    assert.match(out, /^NOT A WHOLE DAY: t-90-prep ended failed, .*high-noon-sync ended skipped/);
    assert.match(out, /LivHana-Kinetic: no such repository/);
    assert.doesNotMatch(out, /: (NOT )?below/);
  });

  it('refuses dates whose day looks beyond the calendar, before anything is played', async () => {
    for (const date of ['9999-12-26', '0000-01-02']) {
      const { code, err } = await highnoon(['cost', '--date', date]);
      assert.equal(code, 2);
      assert.equal(err, `--date '${date}': the years 0001 to 9998 are allowed\n`);
    }
    const { code, err } = await highnoon(['next', '--at', '9999-12-31T23:59:59-14:00']);
    assert.equal(code, 2);
    assert.match(err, /^--at '9999-12-31T23:59:59-14:00': the years 0001 to 9998 are allowed$/m);
  });

  it('refuses a day on which the weekly review does not run', async () => {
    const answer = await highnoon(['cost', '--date', '2026-11-24']);
    assert.equal(answer.code, 2);
    assert.match(answer.err, /--date 2026-11-24: a Sunday is allowed/);
  });
});

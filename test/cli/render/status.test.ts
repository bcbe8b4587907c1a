import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderStatus } from '../../../functions/cli/render/status.ts';
import { holdNoon, releaseNoon } from '../../../shared/engine/acts/hold.ts';
import { lockDown } from '../../../shared/engine/acts/lockdown.ts';
import { paths } from '../../../shared/engine/records.ts';
import { statusView } from '../../../shared/operator/api/status-view.ts';
import { createTestEngine } from '../../support/engine.ts';

const TODAY = '2026-11-24';
const TOMORROW = '2026-11-25';
const ana = { name: 'ana' };

describe('the status of a day', () => {
  it('shows the hold of the next noon, which after noon is another day’s', async () => {
    const { engine } = createTestEngine(`${TODAY}T15:00:00.000Z`, {});
    const last = async (date: string) => renderStatus(await statusView(engine, date)).at(-1);
    assert.equal(await last(TODAY), `next High Noon: ${TOMORROW}T12:00:00Z`);
    await holdNoon(engine, ana, { date: TOMORROW, reason: 'supplier' });
    const held = `next High Noon: ${TOMORROW}T12:00:00Z, HELD since ${TODAY}T15:00:00.000Z by ana (supplier)`;
    assert.equal(await last(TODAY), held);
    assert.equal(await last(TOMORROW), held);
    const view = await statusView(engine, TODAY);
    assert.deepEqual(
      [view.hold, view.nextHold?.reason],
      [null, 'supplier'],
      'the hold of the day itself stays its own',
    );
    await releaseNoon(engine, ana, { date: TOMORROW, reason: 'back' });
    assert.equal(await last(TODAY), `next High Noon: ${TOMORROW}T12:00:00Z`);
  });

  it('leads with the date, and in a lockdown with who or what set it, since when and why', async () => {
    const { engine, documents } = createTestEngine(`${TODAY}T09:00:00.000Z`, {});
    const first = async () => renderStatus(await statusView(engine, TODAY))[0];
    assert.equal(await first(), `${TODAY}: no lockdown`);
    await lockDown(engine, ana, { reason: 'looking' });
    const byAna = `${TODAY}: LOCKDOWN (epoch 1, operator) since ${TODAY}T09:00:00.000Z, set by ana: looking`;
    assert.equal(await first(), byAna);
    const { lockdown } = await statusView(engine, TODAY);
    const proposal = { by: 'kim', at: `${TODAY}T10:00:00.000Z`, reason: 'mended', until: `${TODAY}T11:00:00.000Z` };
    const found = {
      ...lockdown,
      cause: 'compliance',
      setBy: 'engine',
      slotId: 't-90-prep@2026-11-24T10:30Z',
      proposal,
    };
    await documents.transact(async (transaction) => transaction.set(paths.lockdown, found));
    assert.match(
      (await first()) ?? '',
      /compliance\) since \S+, set by engine in t-90-prep@2026-11-24T10:30Z: looking; kim proposed to lift it \(mended\), open until 2026-11-24T11:/,
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot, type DayRecord } from '../../shared/domain/day.ts';
import { lock, NO_LOCKDOWN } from '../../shared/domain/lockdown.ts';
import { holdNoon, releaseNoon } from '../../shared/engine/acts/hold.ts';
import { liftLockdown, lockDown } from '../../shared/engine/acts/lockdown.ts';
import { assignRisk, closeRisk, recordRestoreTest } from '../../shared/engine/acts/risk.ts';
import { compareWithLedger } from '../../shared/engine/compare-with-ledger.ts';
import { paths } from '../../shared/engine/records.ts';
import { createTestEngine, type TestEngine } from '../support/engine.ts';

const DATE = '2026-11-24';
const at = (time: string) => `${DATE}T${time}:00.000Z`;
const NOW = at('11:00');
const ana = { name: 'ana' };
const kim = { name: 'kim' };
const noon = chainSlot('high-noon-sync', DATE);

const put = (world: TestEngine, path: string, data: object) => world.documents.transact(async (t) => t.set(path, data));
const linesOf = async (world: TestEngine) =>
  (await world.documents.query<{ kind: string; subject: string; actor: string }>('ledger')).map(
    ({ data }) => `${data.kind} ${data.subject} ${data.actor}`,
  );
const refusal = (answer: { ok: boolean; why?: string }) => (answer.ok ? 'granted' : (answer.why ?? ''));
const wokenBy = ({ publisher }: TestEngine) => {
  const phases: string[] = [];
  for (let message = publisher.take(); message !== undefined; message = publisher.take()) phases.push(message.topic);
  return phases;
};

describe('holds and lockdowns by people', () => {
  it('set once and released once, each waking what waits for it', async () => {
    const world = createTestEngine(at('11:00'), {});
    const hold = () => holdNoon(world.engine, ana, { date: DATE, reason: 'supplier' });
    const release = () => releaseNoon(world.engine, kim, { date: DATE, reason: 'came' });
    assert.match(refusal(await release()), /is not held/);
    assert.equal(refusal(await hold()), 'granted');
    assert.match(refusal(await hold()), /is held already by ana \(supplier\)/);
    const day = (await world.documents.get<DayRecord>(paths.day(DATE))) as DayRecord;
    const row = (phase: 't-90-prep' | 't-30-final-check', change = {}) => {
      const slot = chainSlot(phase, DATE);
      return { [slot.slotId]: { ...slot, status: 'concluded', opensGate: true, ...change } };
    };
    const waiting = { [noon.slotId]: { ...noon, status: 'waiting' } };
    const slots = { ...row('t-90-prep'), ...row('t-30-final-check'), ...waiting };
    await put(world, paths.day(DATE), { ...day, slots, ticket: { status: 'open' } });
    world.clock.advanceTo(at('12:30'));
    assert.deepEqual(wokenBy(world), []);
    assert.equal(refusal(await release()), 'granted');
    assert.deepEqual(wokenBy(world), ['high-noon-sync']);
    const released = await world.documents.get<DayRecord>(paths.day(DATE));
    assert.deepEqual(released?.hold, {
      status: 'released',
      cause: 'operator',
      reason: 'supplier',
      setBy: 'ana',
      setAt: at('11:00'),
      releasedBy: 'kim',
      releasedAt: at('12:30'),
      releaseReason: 'came',
    });
  });

  it('of T-30 is released when T-30 is go, of others whatever T-30 was; none of a noon that has ended', async () => {
    const world = createTestEngine(at('12:00'), {});
    const check = chainSlot('t-30-final-check', DATE);
    const with_ = (cause: string, opensGate: boolean, noonEnded = false) =>
      put(world, paths.day(DATE), {
        date: DATE,
        slots: {
          [check.slotId]: { ...check, status: 'concluded', opensGate },
          ...(noonEnded ? { [noon.slotId]: { ...noon, status: 'concluded', ending: 'passed' } } : {}),
        },
        ticket: null,
        hold: noonEnded ? null : { status: 'active', cause, reason: 'x', setBy: 'engine', setAt: at('11:40') },
      });
    const release = async () => refusal(await releaseNoon(world.engine, kim, { date: DATE, reason: 'y' }));
    await with_('t-30', false);
    assert.match(await release(), /releasable when t-30-final-check passes/);
    await with_('t-30', true);
    assert.equal(await release(), 'granted');
    await with_('genesis', false);
    assert.equal(await release(), 'granted');
    await with_('genesis', true, true);
    assert.match(refusal(await holdNoon(world.engine, ana, { date: DATE, reason: 'x' })), /has ended passed/);
    await with_('genesis', false);
    world.clock.advanceTo('2026-11-24T12:30:00.001Z');
    assert.match(await release(), /the launch window of 2026-11-24 closed at/);
  });

  it('lock down once, and lift by another person and, for a violation, by two', async () => {
    const world = createTestEngine(NOW, {});
    assert.equal(refusal(await liftLockdown(world.engine, kim, { reason: 'x' })), 'no lockdown is in force');
    assert.equal(refusal(await lockDown(world.engine, ana, { reason: 'a look' })), 'granted');
    assert.deepEqual(wokenBy(world), ['escalations'], 'people are told at once');
    const again = await lockDown(world.engine, kim, { reason: 'me too' });
    assert.equal(refusal(again), 'a lockdown is in force already (epoch 1, operator)');
    assert.match(refusal(await liftLockdown(world.engine, ana, { reason: 'x' })), /another person lifts it/);
    assert.match(refusal(await liftLockdown(world.engine, kim, { reason: 'x', epoch: 2 })), /it is 1/);
    const lifted = await liftLockdown(world.engine, kim, { reason: 'seen' });
    assert.equal(lifted.ok && lifted.detail.released, true);
    const by = { cause: 'compliance', reason: 'x', slotId: null, findingIds: [], escalationId: 'e', setBy: 'engine' };
    await put(world, paths.lockdown, lock({ ...NO_LOCKDOWN, epoch: 1 }, by as never, NOW));
    const first = await liftLockdown(world.engine, ana, { reason: 'seen' });
    assert.equal(first.ok && first.detail.released, false);
    assert.match(first.ok ? first.message : '', /^proposed; a second person completes it until 2026-11-24T12:00/);
    const second = await liftLockdown(world.engine, kim, { reason: 'seen', epoch: 2 });
    assert.equal(second.ok && second.detail.released, true);
    const kinds = (await linesOf(world)).map((line) => line.split(' ')[0]);
    assert.deepEqual(kinds, ['lockdown-set', 'lockdown-released', 'lockdown-release-proposed', 'lockdown-released']);
  });

  it('ask for a name and a reason without a secret', async () => {
    const { engine } = createTestEngine(NOW, {});
    assert.match(refusal(await lockDown(engine, { name: '  ' }, { reason: 'x' })), /a name is needed/);
    assert.match(refusal(await lockDown(engine, ana, { reason: '  ' })), /a reason is needed/);
  });
});

describe('what the controls say beside the ledger', () => {
  const world = () => createTestEngine(NOW, {});

  it('is compared once something is there, and acts of people explain themselves', async () => {
    const one = world();
    assert.deepEqual(await compareWithLedger(one.engine), []);
    await lockDown(one.engine, ana, { reason: 'a look' });
    await holdNoon(one.engine, ana, { date: DATE, reason: 'supplier' });
    assert.deepEqual(await compareWithLedger(one.engine), []);
    const folded = await one.documents.get<{ audit: { seq: number } }>('controls/audit');
    assert.equal(folded?.audit.seq, 2);
  });

  it('locks down for what no act explains, tells once, and once more when something else is found', async () => {
    const one = world();
    await put(one, paths.waivers, { items: [{ id: 'w', until: at('20:00') }], proposals: [] });
    const said = ['waiver w: the store says "granted", the ledger null'];
    assert.deepEqual(await compareWithLedger(one.engine), said);
    assert.deepEqual(await linesOf(one), ['lockdown-set epoch 1 watchdog']);
    const lockdown = await one.documents.get<{ cause: string; active: boolean }>(paths.lockdown);
    assert.deepEqual([lockdown?.active, lockdown?.cause], [true, 'tampering']);
    one.clock.advanceTo(at('11:05'));
    assert.deepEqual(await compareWithLedger(one.engine), [], 'it is known');
    await put(one, paths.overrides, { items: [{ id: 'o', until: at('20:00') }] });
    one.clock.advanceTo(at('11:10'));
    assert.deepEqual(await compareWithLedger(one.engine), ['override o: the store says "granted", the ledger null']);
    assert.equal((await linesOf(one)).length, 1, 'locked it is already');
    const ids = (await one.documents.query('escalations')).map(({ path }) => path);
    assert.deepEqual(ids, [`escalations/tampering~${NOW}`, `escalations/tampering~${at('11:10')}`]);
  });

  it('reads a long ledger in steps, and tells when the ledger became shorter or lost an entry', async () => {
    const one = world();
    await lockDown(one.engine, ana, { reason: 'a look' });
    for (let n = 0; n < 125; n++) {
      await holdNoon(one.engine, ana, { date: DATE, reason: `${n}` });
      await releaseNoon(one.engine, kim, { date: DATE, reason: `${n}` });
    }
    const seq = async () => (await one.documents.get<{ audit: { seq: number } }>('controls/audit'))?.audit.seq;
    assert.deepEqual([await compareWithLedger(one.engine), await seq()], [[], 200]);
    assert.deepEqual([await compareWithLedger(one.engine), await seq()], [[], 251]);
    const head = (await one.documents.get<{ seq: number }>(paths.head)) as { seq: number };
    await put(one, paths.head, { ...head, seq: 250 });
    const shorter = "the ledger's head is 250; entries up to 251 were seen before";
    assert.deepEqual(await compareWithLedger(one.engine), [shorter]);
    const two = world();
    await lockDown(two.engine, ana, { reason: 'a look' });
    await two.documents.transact(async (t) => t.delete(paths.ledger(1)));
    assert.deepEqual(await compareWithLedger(two.engine), ['ledger entry 1 is missing']);
  });
});

describe('what people say of risks and backups', () => {
  const risk = (id: string, change: object = {}) => ({ id, status: 'open', title: 'x', severity: 'high', ...change });

  it('adds to what was said, and is refused of a risk that is closed or that nobody knows', async () => {
    const world = createTestEngine(NOW, {});
    assert.match(refusal(await closeRisk(world.engine, ana, { riskId: 'R-1', reason: 'x' })), /is in no register/);
    await put(world, 'risks/2026-11-22', {
      date: '2026-11-22',
      risks: [risk('R-1'), risk('R-2', { status: 'closed' })],
    });
    await put(world, 'risks/2026-11-15', { date: '2026-11-15', risks: [risk('R-3')] });
    const close = async (riskId: string) => refusal(await closeRisk(world.engine, ana, { riskId, reason: 'gone' }));
    assert.match(await close('R-2'), /R-2 is closed already/);
    assert.match(await close('R-3'), /is in no register/, 'the newest register counts');
    await assignRisk(world.engine, ana, { riskId: 'R-1', owner: 'kim', reason: 'hers' });
    assert.equal(await close('R-1'), 'granted');
    assert.match(await close('R-1'), /R-1 is closed already/);
    const stored = await world.documents.get<{ acts: Record<string, object> }>('controls/risks');
    assert.deepEqual(stored?.acts['R-1'], { owner: 'kim', closed: { by: 'ana', at: NOW, reason: 'gone' } });
  });

  it('notes that a configured backup was restored, with or without its time', async () => {
    const { engine } = createTestEngine(NOW, {});
    const weekly = { backups: [{ name: 'orders' }] };
    const world = createTestEngine(NOW, {}, { configuration: { ...engine.configuration, weekly } as never });
    const note = (backup: string, seconds: number | undefined) =>
      recordRestoreTest(world.engine, ana, { backup, seconds, reason: 'a drill' });
    assert.match(refusal(await note('ledger', 5)), /'ledger' is no configured backup; known are orders/);
    assert.equal(refusal(await note('orders', 5)), 'granted');
    assert.equal(refusal(await note('orders', undefined)), 'granted');
    const details = (await world.documents.query<{ detail: object }>('ledger')).map(({ data }) => data.detail);
    assert.deepEqual(details, [{ reason: 'a drill', durationSeconds: 5 }, { reason: 'a drill' }]);
    const bare = createTestEngine(
      NOW,
      {},
      { configuration: { ...engine.configuration, weekly: { backups: [] } } as never },
    );
    const none = await recordRestoreTest(bare.engine, ana, { backup: 'orders', seconds: 1, reason: 'x' });
    assert.match(refusal(none), /known are none/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { escalationText } from '../../shared/adapters/gcp/escalation-text.ts';
import alerts from '../../shared/catalog/alerts.json' with { type: 'json' };
import { parseCron, previousInstant } from '../../shared/domain/cron.ts';
import { PortError } from '../../shared/domain/errors.ts';
import type { Escalation } from '../../shared/domain/escalation.ts';
import {
  beginSelfTest,
  DELIVERED_WITHIN_SECONDS,
  SELF_TEST_CAUSE,
  SELF_TEST_CRON,
  type SelfTestRecord,
} from '../../shared/domain/self-test.ts';
import { plusSeconds, secondsBetween } from '../../shared/domain/time.ts';
import { relay } from '../../shared/engine/relay.ts';
import { SELF_TEST_PATH } from '../../shared/engine/self-test.ts';
import { sweep } from '../../shared/engine/sweep.ts';
import type { MetricsPort } from '../../shared/ports/metrics.ts';
import { createTestEngine } from '../support/engine.ts';

/** The Tuesday before a test. */
const START = '2026-11-24T20:00:00.000Z';
const TEST = '2026-11-25T09:00:00.000Z';
const TICK_SECONDS = 300;
const TEXT = beginSelfTest(undefined, 'production', TEST).escalation;

/** A world whose watchdog ticks and whose relay tells a channel that may be broken. */
function testWorld(startAt: string, cron = SELF_TEST_CRON) {
  const ages: number[] = [];
  const told: Escalation[] = [];
  const channel = { isBroken: false };
  const metrics: MetricsPort = {
    async write(points) {
      for (const { metric, value } of points)
        if (metric === 'delivery_self_test_age_seconds') ages.push(Number(value.value));
      return points.map(() => ({ outcome: 'written' as const }));
    },
  };
  const world = createTestEngine(startAt, {});
  const configuration = { ...world.engine.configuration };
  configuration.alerts = { ...configuration.alerts, delivery_selftest: { cron, max_age_h: 192 } };
  const engine = { ...world.engine, metrics, configuration };
  const messenger = {
    send: async (escalation: Escalation) => {
      if (channel.isBroken) throw new PortError('messenger', 'unavailable', 'the webhook answered 503');
      told.push(escalation);
      return { channels: ['chat'] };
    },
  };
  return {
    ...world,
    told,
    channel,
    age: () => ages.at(-1) ?? Number.NaN,
    record: () => world.documents.get<SelfTestRecord>(SELF_TEST_PATH),
    /** Ticks every five minutes after now and until `until`, the relay answering what is published. */
    async tickUntil(until: string) {
      for (let at = plusSeconds(world.clock.now(), TICK_SECONDS); at <= until; at = plusSeconds(at, TICK_SECONDS)) {
        world.clock.advanceTo(at);
        await sweep(engine);
        for (let message = world.publisher.take(); message !== undefined; message = world.publisher.take()) {
          if (message.topic !== 'escalations') continue;
          await relay(engine, messenger, (message.data as Escalation).id).catch(() => undefined);
        }
      }
    },
    ofTests: () => told.filter(({ cause }) => cause === SELF_TEST_CAUSE),
  };
}

describe('the weekly self-test of delivery', () => {
  it('is due on Wednesdays at 09:00 UTC', () => {
    for (const [at, newest] of [
      ['2026-11-25T08:59:59.999Z', '2026-11-18T09:00:00.000Z'],
      ['2026-11-25T09:00:00.000Z', TEST],
      ['2026-12-02T08:00:00.000Z', TEST],
      ['2028-03-01T09:00:00.000Z', '2028-03-01T09:00:00.000Z'],
    ] as const) {
      assert.equal(previousInstant(parseCron(SELF_TEST_CRON), at), newest);
    }
  });

  it('is due when the configuration says so', async () => {
    const world = testWorld(START, '30 10 * * 1-5');
    await world.tickUntil('2026-11-27T12:00:00.000Z');
    assert.deepEqual(
      world.ofTests().map(({ since }) => since),
      ['2026-11-25T10:30:00.000Z', '2026-11-26T10:30:00.000Z', '2026-11-27T10:30:00.000Z'],
    );
  });

  it('goes from the outbox through the relay to a channel, once a week, marked and to nobody on call', async () => {
    const world = testWorld(START);
    await world.tickUntil('2026-12-03T10:00:00.000Z');
    const tests = world.ofTests();
    assert.deepEqual(
      tests.map(({ since }) => since),
      [TEST, '2026-12-02T09:00:00.000Z'],
    );
    for (const { title, routes, severity, slotId, runId } of tests) {
      assert.match(escalationText({ ...TEXT, title }, undefined, String), /^\*SELF-TEST\* Self-test of/);
      assert.match(title, /^Self-test of escalation delivery .* nothing has happened$/);
      assert.deepEqual(
        { routes, severity, slotId, runId },
        { routes: ['engineering'], severity: 'warning', slotId: null, runId: null },
      );
    }
    const record = await world.record();
    assert.equal(record?.lastSuccessAt, '2026-12-02T09:00:00.000Z');
    assert.equal(
      (await world.documents.query('outbox')).filter(({ path }) => path.includes(SELF_TEST_CAUSE)).length,
      0,
    );
  });

  it('is not made up for by a watch that began after its hour, and its age counts from the watch', async () => {
    const world = testWorld('2026-11-25T09:05:00.000Z');
    await world.tickUntil('2026-11-25T12:05:00.000Z');
    assert.deepEqual(world.ofTests(), []);
    assert.equal(world.age(), 3 * 3600 - TICK_SECONDS);
  });

  it('raises its level until engineering is paged when the channel is broken, and falls when it is mended', async () => {
    const policy = alerts.policies.find(({ id }) => id === 'self-test-late');
    const threshold = Number(/> (\d+)$/.exec(policy?.query ?? '')?.[1]);
    assert.equal(policy?.route, 'engineering');
    assert.equal(threshold, 8 * 86_400);
    const world = testWorld(START);
    await world.tickUntil(TEST);
    await world.tickUntil('2026-11-25T09:05:00.000Z');
    world.channel.isBroken = true;
    await world.tickUntil('2026-12-03T08:50:00.000Z');
    assert.ok(world.age() < threshold, 'a day of grace after the test that failed');
    await world.tickUntil('2026-12-03T09:10:00.000Z');
    assert.ok(world.age() > threshold);
    assert.equal(world.ofTests().length, 1, 'one test at a time: a broken path is not fed more');
    world.channel.isBroken = false;
    await world.tickUntil('2026-12-03T09:30:00.000Z');
    // The one that was late, and the one that followed it at once.
    assert.equal(world.ofTests().length, 3);
    assert.ok(world.age() < 1800);
  });

  it('that came later than its bound is no success', async () => {
    const world = testWorld(START);
    world.channel.isBroken = true;
    await world.tickUntil(plusSeconds(TEST, DELIVERED_WITHIN_SECONDS));
    world.channel.isBroken = false;
    const before = await world.record();
    await world.tickUntil(plusSeconds(TEST, DELIVERED_WITHIN_SECONDS + TICK_SECONDS));
    const late = world.ofTests()[0];
    const { acknowledgedAt } = (await world.documents.get<Escalation>(`escalations/${late?.id}`)) ?? {};
    assert.ok(secondsBetween(TEST, acknowledgedAt ?? TEST) > DELIVERED_WITHIN_SECONDS);
    await world.tickUntil(plusSeconds(TEST, DELIVERED_WITHIN_SECONDS + 4 * TICK_SECONDS));
    const after = await world.record();
    assert.notEqual(after?.id, before?.id);
    assert.equal(after?.lastSuccessAt, after?.startedAt);
  });
});

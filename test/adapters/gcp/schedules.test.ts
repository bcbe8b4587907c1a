import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createCloudSchedules } from '../../../shared/adapters/gcp/schedules.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import type { SchedulesPort } from '../../../shared/ports/schedules.ts';
import { schedulesContract } from '../../contracts/schedules.contract.ts';
import { type SchedulerStandIn, startScheduler, type WireJob } from '../../standins/scheduler.ts';

const job = (name: string, more: Partial<WireJob> = {}): WireJob => ({
  name: `projects/p1/locations/us-central1/jobs/${name}`,
  schedule: '0 12 * * *',
  timeZone: 'Etc/UTC',
  state: 'ENABLED',
  pubsubTarget: { topicName: `projects/p1/topics/${name}`, data: Buffer.from('{"phase":"high-noon-sync"}') },
  ...more,
});

schedulesContract('Cloud Scheduler', async () => {
  const standIn = await startScheduler();
  const states = { enabled: 'ENABLED', paused: 'PAUSED', disabled: 'DISABLED', failing: 'UPDATE_FAILED' } as const;
  return {
    port: createCloudSchedules({ projectId: 'p1', region: 'us-central1', endpoint: standIn.endpoint }),
    async put(schedules) {
      standIn.jobs = schedules.map(({ name, cron, timeZone, state, topic, body }) => ({
        name: `projects/p1/locations/us-central1/jobs/${name}`,
        schedule: cron,
        timeZone,
        state: state === 'unknown' ? 'STATE_UNSPECIFIED' : states[state],
        ...(topic === null
          ? {}
          : { pubsubTarget: { topicName: `projects/p1/topics/${topic}`, data: Buffer.from(body ?? '') } }),
      }));
    },
    close: () => standIn.close(),
  };
});

describe('the schedules of Cloud Scheduler', () => {
  let standIn: SchedulerStandIn;
  let port: SchedulesPort;
  beforeEach(async () => {
    standIn = await startScheduler();
    port = createCloudSchedules({ projectId: 'p1', region: 'us-central1', endpoint: standIn.endpoint });
  });
  afterEach(() => standIn.close());

  it('lists every job of the region over all pages, with cron, zone, topic and decoded body', async () => {
    standIn.jobs = ['a', 'b', 'c', 'd', 'e'].map((name) => job(name));
    const found = await port.list();
    assert.deepEqual(
      found.map(({ name }) => name),
      ['a', 'b', 'c', 'd', 'e'],
    );
    assert.deepEqual(found[0], {
      name: 'a',
      cron: '0 12 * * *',
      timeZone: 'Etc/UTC',
      state: 'enabled',
      topic: 'a',
      body: '{"phase":"high-noon-sync"}',
    });
  });

  it('says of each job whether it would really fire', async () => {
    const { pubsubTarget: _, ...http } = job('http');
    standIn.jobs = [
      job('paused', { state: 'PAUSED' }),
      job('disabled', { state: 'DISABLED' }),
      job('broken', { state: 'UPDATE_FAILED' }),
      job('refused', { status: { code: 7 } }),
      job('odd', { state: 'STATE_UNSPECIFIED' }),
      http,
    ];
    assert.deepEqual(
      (await port.list()).map(({ state, topic, body }) => [state, topic !== null, body !== null]),
      [
        ['paused', true, true],
        ['disabled', true, true],
        ['failing', true, true],
        ['failing', true, true],
        ['unknown', true, true],
        ['enabled', false, false],
      ],
    );
  });

  it('names the missing permission, and a failure in the second page is no short list', async () => {
    standIn.jobs = ['a', 'b', 'c'].map((name) => job(name));
    standIn.faults.next('listJobs', { kind: 'before', code: 7 });
    await assert.rejects(
      port.list(),
      (error) =>
        error instanceof PortError &&
        error.code === 'permission-denied' &&
        /cloudscheduler\.jobs\.list/.test(error.message),
    );
    standIn.faults.next('listJobs', { kind: 'stall', until: Promise.resolve() }, { kind: 'before', code: 14 });
    await assert.rejects(port.list(), (error) => error instanceof PortError && error.code === 'unavailable');
    // Tried once each: the engine is the layer that tries again.
    assert.deepEqual(standIn.faults.calls, ['listJobs', 'listJobs', 'listJobs']);
  });
});

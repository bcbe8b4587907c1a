import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { ScheduleState, SchedulesPort } from '../../shared/ports/schedules.ts';

export interface SchedulesWorld {
  readonly port: SchedulesPort;
  /** What the platform has from now on, in this order. */
  put(schedules: readonly ScheduleState[]): Promise<void>;
  close(): Promise<void>;
}

const schedule = (name: string, change: Partial<ScheduleState> = {}): ScheduleState => ({
  name,
  cron: '0 12 * * *',
  timeZone: 'Etc/UTC',
  state: 'enabled',
  topic: name,
  body: '{"phase":"high-noon-sync","trigger":"schedule"}',
  ...change,
});

export function schedulesContract(name: string, make: () => Promise<SchedulesWorld>): void {
  describe(`schedules: ${name}`, () => {
    let world: SchedulesWorld;
    beforeEach(async () => {
      world = await make();
    });
    afterEach(() => world.close());

    it('lists every schedule with its cron, zone, topic and decoded body', async () => {
      const all = ['a', 'b', 'c', 'd', 'e'].map((one) => schedule(one));
      await world.put(all);
      assert.deepEqual(await world.port.list(), all);
    });

    it('says which would not fire', async () => {
      const all = (['enabled', 'paused', 'disabled', 'failing', 'unknown'] as const).map((state) =>
        schedule(`s-${state}`, { state }),
      );
      await world.put(all);
      assert.deepEqual(
        (await world.port.list()).map(({ state }) => state),
        ['enabled', 'paused', 'disabled', 'failing', 'unknown'],
      );
    });

    it('shows a job of another kind without a topic and a body, and none as an empty list', async () => {
      await world.put([schedule('http', { topic: null, body: null })]);
      assert.deepEqual(await world.port.list(), [schedule('http', { topic: null, body: null })]);
      await world.put([]);
      assert.deepEqual(await world.port.list(), []);
    });

    it('looks anew each time', async () => {
      await world.put([schedule('a')]);
      await world.port.list();
      await world.put([schedule('a', { cron: '5 12 * * *' })]);
      assert.equal((await world.port.list())[0]?.cron, '5 12 * * *');
    });
  });
}

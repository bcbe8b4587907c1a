import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Publisher } from '../../shared/ports/publisher.ts';
import { escalationOf } from '../support/escalation.ts';

export interface PublisherWorld {
  readonly port: Publisher;
  /** Everything that was published since the last call, decoded, with the topic as the port names it. */
  taken(): Promise<readonly { readonly topic: string; readonly data: unknown }[]>;
  close(): Promise<void>;
}

export function publisherContract(name: string, make: () => Promise<PublisherWorld>): void {
  describe(`publisher: ${name}`, () => {
    let world: PublisherWorld;
    before(async () => {
      world = await make();
    });
    after(() => world.close());

    it('has published a trigger when its promise has ended', async () => {
      const body = { phase: 't-90-prep', trigger: 'continuation', runId: 't-90-prep@2026-11-24T10:30Z#1' } as const;
      await world.port.trigger('t-90-prep', body);
      assert.deepEqual(await world.taken(), [{ topic: 't-90-prep', data: body }]);
    });

    it('keeps topics apart', async () => {
      await world.port.trigger('high-noon-sync', { phase: 'high-noon-sync', trigger: 'sweep' });
      await world.port.trigger('t-90-prep', { phase: 't-90-prep', rerun: true });
      const topics = (await world.taken()).map(({ topic }) => topic).sort();
      assert.deepEqual(topics, ['high-noon-sync', 't-90-prep']);
    });

    it('names an escalation, so that the relay finds what was stored', async () => {
      await world.port.escalate(escalationOf('t-90-prep@2026-11-24T10:30Z#1'));
      const [one, ...more] = await world.taken();
      assert.deepEqual(more, []);
      assert.equal(one?.topic, 'escalations');
      assert.equal((one?.data as { id?: string } | undefined)?.id, 't-90-prep@2026-11-24T10:30Z#1');
    });
  });
}

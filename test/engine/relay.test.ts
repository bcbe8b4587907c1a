import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createChannels } from '../../shared/adapters/gcp/channels.ts';
import { chainSlot } from '../../shared/domain/day.ts';
import { PortError } from '../../shared/domain/errors.ts';
import type { Escalation } from '../../shared/domain/escalation.ts';
import { fails } from '../../shared/domain/finding.ts';
import { paths } from '../../shared/engine/records.ts';
import { relay } from '../../shared/engine/relay.ts';
import { Bench, DATE } from '../guards/bench.ts';
import { testPhase } from '../support/engine.ts';

const broken = () => [fails({ code: 'broken', subject: 'world', message: 'broken', remedy: 'mend' })];

/** Two channels, of which either may be down. */
function people() {
  const down = new Set<string>();
  const reached: string[] = [];
  const channel = (name: string) => ({
    async send({ id }: Escalation) {
      if (down.has(name)) throw new PortError('messenger', 'unavailable', `${name} is down`);
      reached.push(`${name} ${id}`);
      return { channels: [name] };
    },
  });
  return { down, reached, messenger: createChannels({ chat: channel('chat'), mail: channel('mail') }) };
}

async function failedMorning() {
  const bench = new Bench();
  bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [bench.check('first', broken)]) };
  await bench.play('a', 't-90-prep');
  return { bench, runId: `${chainSlot('t-90-prep', DATE).slotId}#1` };
}

describe('telling people of an escalation', () => {
  for (const [silent, other] of [
    ['mail', 'chat'],
    ['chat', 'mail'],
  ] as const) {
    it(`reaches ${other} although ${silent} is down, keeps ${silent} owed, and tells nobody twice`, async () => {
      const { bench, runId } = await failedMorning();
      const { down, reached, messenger } = people();
      down.add(silent);
      for (const delivery of ['r', 's'])
        await assert.rejects(
          bench.done(relay(bench.engine(delivery), messenger, runId)),
          new RegExp(`${silent} is down`),
        );
      assert.deepEqual(reached, [`${other} ${runId}`]);
      assert.equal(bench.get<Escalation>(paths.escalation(runId))?.acknowledgedAt, null);
      assert.notEqual(bench.get(paths.outbox(runId)), undefined);
      down.clear();
      assert.equal(await bench.done(relay(bench.engine('t'), messenger, runId)), 'told');
      assert.equal(await bench.done(relay(bench.engine('u'), messenger, runId)), 'known');
      assert.deepEqual(reached, [`${other} ${runId}`, `${silent} ${runId}`]);
      assert.equal(bench.get(paths.outbox(runId)), undefined);
    });
  }

  it('changes nothing that is stored while nobody can be reached', async () => {
    const { bench, runId } = await failedMorning();
    const { down, messenger } = people();
    for (const name of ['chat', 'mail']) down.add(name);
    const before = bench.get<Escalation>(paths.escalation(runId));
    await assert.rejects(bench.done(relay(bench.engine('r'), messenger, runId)), PortError);
    assert.deepEqual(bench.get(paths.escalation(runId)), before);
  });
});

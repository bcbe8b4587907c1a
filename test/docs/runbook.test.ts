import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import alerts from '../../shared/catalog/alerts.json' with { type: 'json' };
import { REFUSALS } from '../../shared/domain/admission.ts';
import { openStory } from '../day/support.ts';
import { URGENT_TRIES } from './runbook/alerts.ts';
import { OTHER_TRIES } from './runbook/other-alerts.ts';
import { REFUSAL_TRIES } from './runbook/refusals.ts';
import { commandsUnder, runHere, type Try } from './runbook/support.ts';

async function tried({ heading, world, arrange, steps, after }: Try): Promise<void> {
  await using story = await openStory(world);
  await arrange(story);
  const commands = commandsUnder(heading);
  assert.equal(commands.length, steps.length, `${heading}: ${commands.join(' | ')}`);
  for (const [index, step] of steps.entries()) {
    const command = commands[index] ?? '';
    assert.ok(command.startsWith(step.command), `${heading}: '${command}' stands where '${step.command}' is tried`);
    await runHere(story, command, step);
    if (step.again !== undefined) await runHere(story, command, step.again);
  }
  await after?.(story);
}

describe('the runbook, for each reason of a refusal', () => {
  it('is tried for every one', () => {
    const headings = new Set(REFUSAL_TRIES.map(({ heading }) => heading));
    assert.deepEqual(
      REFUSALS.filter((reason) => !headings.has(reason)),
      [],
    );
  });
  for (const one of REFUSAL_TRIES) it(`${one.heading}: leads where it says`, () => tried(one));
});

/** Its state is a subscription's in the cloud: nothing here has one. Its commands are gcloud's. */
const ONLY_IN_THE_CLOUD = ['dead-letters'];

const ALERT_TRIES = [...URGENT_TRIES, ...OTHER_TRIES];

describe('the runbook, for each alert', () => {
  it('is tried for every one whose state a world of its own can have', () => {
    assert.deepEqual(
      ALERT_TRIES.map(({ policy }) => policy).sort(),
      alerts.policies
        .map(({ id }) => id)
        .filter((id) => !ONLY_IN_THE_CLOUD.includes(id))
        .sort(),
    );
    for (const { policy, heading } of ALERT_TRIES)
      assert.equal(alerts.policies.find(({ id }) => id === policy)?.title, heading);
  });
  for (const one of ALERT_TRIES) it(`${one.heading}: leads where it says`, () => tried(one));
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REFUSALS } from '../../shared/domain/admission.ts';
import { openStory } from '../day/support.ts';
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

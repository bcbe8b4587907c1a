import assert from 'node:assert/strict';
import type { Story } from '../../day/support.ts';
import { conditionHolds, levelsOf, type Try } from './support.ts';

/** A heading of an alert, whose condition must hold for what the watchdog tells in that state. */
export type AlertTry = Try & { readonly policy: string };

export const status = (at: string, says: RegExp) => ({ command: 'status', at, exit: 0, says });

/** The watchdog looks, and what it tells then must be what the alert asks for. */
export async function pages(story: Story, policy: string, time: string): Promise<void> {
  await story.sweep(time);
  assert.ok(await conditionHolds(story, policy), `${policy}: ${JSON.stringify(await levelsOf(story)).slice(0, 3000)}`);
}

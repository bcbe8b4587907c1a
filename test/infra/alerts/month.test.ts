import assert from 'node:assert/strict';
import { it } from 'node:test';
import { planOf } from '../support/plan.ts';
import { findPromtool, skipLoudly } from '../support/tools.ts';
import { rulesOf } from './judge.ts';
import { normalMonth, otherEnvironments } from './month.ts';
import { evaluate } from './promtool.ts';
import { seriesOf } from './series.ts';
import { DAY } from './world.ts';

/** Every second minute: a point stands for five, so no firing fits between two evaluations except an absence. */
const STEP_MINUTES = 2;

it('a month of a healthy system pages nobody, whatever other environments of the project show', (t) => {
  const plan = planOf(t, 'prod');
  if (plan === null) return;
  const promtool = findPromtool();
  if (promtool === null) {
    skipLoudly(t, 'promtool is not installed (Debian package prometheus), so no month was proven silent');
    return;
  }
  const dropped = 17 * DAY + 605;
  const series = seriesOf(normalMonth, dropped, otherEnvironments);
  const firings = evaluate(
    promtool,
    rulesOf(plan),
    [{ name: normalMonth.title, series, minutes: normalMonth.to - normalMonth.from }],
    STEP_MINUTES,
  );
  assert.deepEqual(firings.get(normalMonth.title), []);
});

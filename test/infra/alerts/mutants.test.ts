import assert from 'node:assert/strict';
import { it } from 'node:test';
import { planOf } from '../support/plan.ts';
import { findPromtool, skipLoudly } from '../support/tools.ts';
import { judge, playAll, rulesOf } from './judge.ts';
import { normalMonth, otherEnvironments } from './month.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { evaluate } from './promtool.ts';
import { seriesOf } from './series.ts';
import { type Situation, situations } from './situations.ts';
import { DAY } from './world.ts';

/** Four days hold every unevenness of a normal month. */
const NORMAL_DAYS = 4;

/** The mutants that the judgement of these situations does not notice. */
function survivors(promtool: string, mutants: readonly Mutant[], played: readonly Situation[]): Mutant[] {
  if (mutants.length === 0 || played.length === 0) return [...mutants];
  const firings = playAll(
    promtool,
    mutants.map(({ rule }) => rule),
    played,
    'later',
  );
  return mutants.filter((mutant) =>
    played.every((situation) => {
      const own = (firings.get(situation.title) ?? [])
        .filter(({ rule }) => rule === mutant.rule.name)
        .map((firing) => ({ ...firing, rule: mutant.policy }));
      return judge(situation, own, 'later', new Set([mutant.policy])).length === 0;
    }),
  );
}

/** So few at a time that promtool's limit of ten thousand samples holds even if each fires all day. */
const AT_ONCE = 6;

/** The mutants that page nobody in healthy days either. */
function silentOnes(promtool: string, mutants: readonly Mutant[]): Mutant[] {
  const days = Array.from(
    { length: NORMAL_DAYS },
    (_, day): Situation => ({ ...normalMonth, title: `day ${day}`, from: day * DAY, to: (day + 1) * DAY }),
  );
  const plays = days.map((day) => ({
    name: day.title,
    series: seriesOf(day, day.from + 605, otherEnvironments),
    minutes: DAY,
  }));
  const silent: Mutant[] = [];
  for (let start = 0; start < mutants.length; start += AT_ONCE) {
    const some = mutants.slice(start, start + AT_ONCE);
    const rules = some.map(({ rule }) => rule);
    const fired = new Set([...evaluate(promtool, rules, plays, 2).values()].flat().map((firing) => firing.rule));
    silent.push(...some.filter(({ rule }) => !fired.has(rule.name)));
  }
  return silent;
}

it('a condition with another threshold, class, look-back or clause is caught', (t) => {
  const plan = planOf(t, 'prod');
  if (plan === null) return;
  const promtool = findPromtool();
  if (promtool === null) {
    skipLoudly(t, 'promtool is not installed (Debian package prometheus), so no mutated condition was tried');
    return;
  }
  const all = rulesOf(plan).flatMap(mutantsOf);
  const left: Mutant[] = [];
  for (const policy of new Set(all.map((mutant) => mutant.policy))) {
    const firing = situations.filter(({ pages }) => pages.some((page) => page.policy === policy)).slice(0, 3);
    const own = all.filter((mutant) => mutant.policy === policy);
    left.push(...survivors(promtool, own, firing));
  }
  const uncaught = survivors(promtool, silentOnes(promtool, left), situations);
  assert.deepEqual(
    uncaught.map(({ policy, what }) => `${policy}: ${what}`),
    [],
  );
  t.diagnostic(`${all.length} mutated conditions, all caught`);
});

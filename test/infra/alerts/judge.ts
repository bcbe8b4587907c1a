import { type Plan, type Resource, resourcesOf } from '../support/plan.ts';
import { neighbour } from './month.ts';
import { evaluate, type Firing, type Play, type Rule, WARM_UP_MINUTES } from './promtool.ts';
import { seriesOf } from './series.ts';
import type { Page, Situation } from './situations.ts';

/** Minutes from a failure to its page: five to the next tick, its jitter, three until the point is read, one to the evaluation. */
export const PAGE_WITHIN_MINUTES = 10;
/** The same if it is the very next tick that does not happen, and only a tick could tell of the failure. */
export const PAGE_WITHIN_MINUTES_AFTER_A_LOST_TICK = 15;

interface Condition {
  readonly condition_prometheus_query_language: readonly { readonly query: string; readonly duration: string }[];
}

const conditionOf = (policy: Resource): Condition['condition_prometheus_query_language'][number] => {
  const [condition, ...more] = (policy.values.conditions as Condition[]).flatMap(
    (each) => each.condition_prometheus_query_language,
  );
  if (condition === undefined || more.length > 0)
    throw new Error(`${policy.address}: exactly one PromQL condition wanted`);
  return condition;
};

/** The rules exactly as Terraform would create them. */
export const rulesOf = (plan: Plan): Rule[] =>
  resourcesOf(plan, 'google_monitoring_alert_policy').map((policy) => {
    const { query, duration } = conditionOf(policy);
    return { name: String(policy.index), query, durationSeconds: Number.parseInt(duration, 10) };
  });

/** Which tick is lost: one in the middle of the failure, or the first that could have told of it. */
export type Loss = 'later' | 'first';
const lossBound = (loss: Loss): number =>
  loss === 'first' ? PAGE_WITHIN_MINUTES_AFTER_A_LOST_TICK : PAGE_WITHIN_MINUTES;
const pageBound = (situation: Situation, page: Page, loss: Loss): number =>
  situation.told.includes(page.at) ? PAGE_WITHIN_MINUTES : lossBound(loss);

export function droppedTick(situation: Situation, loss: Loss): number {
  const first = Math.ceil((situation.pages[0]?.at ?? situation.from + 60) / 5) * 5;
  return loss === 'first' ? first : first + 15;
}

export const playOf = (situation: Situation, loss: Loss): Play => ({
  name: situation.title,
  series: seriesOf(situation, droppedTick(situation, loss), situation.neighbourTicks === undefined ? [] : [neighbour]),
  minutes: situation.to - situation.from,
});

/** Firings in minutes of the situation's own clock. */
export function playAll(
  program: string,
  rules: readonly Rule[],
  situations: readonly Situation[],
  loss: Loss,
): Map<string, Firing[]> {
  const played = evaluate(
    program,
    rules,
    situations.map((situation) => playOf(situation, loss)),
  );
  return new Map(
    situations.map((situation) => [
      situation.title,
      (played.get(situation.title) ?? []).map((firing) => ({
        ...firing,
        first: firing.first + situation.from,
        last: firing.last + situation.from,
      })),
    ]),
  );
}

const isFor = (page: Page, firing: Firing): boolean => page.policy === firing.rule && page.phase === firing.phase;
const named = ({ rule, phase }: { rule: string; phase: string | undefined }): string =>
  phase === undefined ? rule : `${rule} (${phase})`;

/** What is wrong with who was paged and when; nothing, if all is right. `policies` limits the judgement to some. */
export function judge(
  situation: Situation,
  firings: readonly Firing[],
  loss: Loss,
  policies?: ReadonlySet<string>,
): string[] {
  const asked = (policy: string): boolean => policies === undefined || policies.has(policy);
  const complaints: string[] = [];
  for (const page of situation.pages.filter(({ policy }) => asked(policy))) {
    const matches = firings.filter((firing) => isFor(page, firing));
    const [firing] = matches;
    if (firing === undefined || matches.length > 1) {
      complaints.push(`${named({ rule: page.policy, phase: page.phase })}: paged ${matches.length} times, once wanted`);
      continue;
    }
    complaints.push(...judgeTimes(situation, page, firing, loss));
  }
  const surplus = firings.filter(
    (firing) => asked(firing.rule) && !situation.pages.some((page) => isFor(page, firing)),
  );
  return [
    ...complaints,
    ...surplus.map((firing) => `${named(firing)}: paged at minute ${firing.first}, nobody should be`),
  ].map((text) => `${situation.title}: ${text}`);
}

function judgeTimes(situation: Situation, page: Page, firing: Firing, loss: Loss): string[] {
  const bound = pageBound(situation, page, loss);
  const name = named(firing);
  const complaints: string[] = [];
  // The failure may have come right after the minute began, so a minute is counted on top.
  const delay = firing.first - page.at + 1;
  if (firing.first < page.at) complaints.push(`${name}: paged ${page.at - firing.first} minutes before the failure`);
  if (delay > bound) complaints.push(`${name}: paged after ${delay} minutes, at most ${bound} allowed`);
  if (firing.evaluations !== firing.last - firing.first + 1) complaints.push(`${name}: went off and on again`);
  // An age or an absence that ends with the next point may be shown a look-back longer, never less than until then.
  if (page.until === undefined && firing.last < situation.to - 1)
    complaints.push(`${name}: closed at minute ${firing.last} although the cause was still there`);
  if (page.until !== undefined && firing.last > page.until + lossBound(loss))
    complaints.push(`${name}: still open ${firing.last - page.until} minutes after the cause was gone`);
  if (firing.first < situation.from + WARM_UP_MINUTES) complaints.push(`${name}: fired in the warm-up`);
  return complaints;
}

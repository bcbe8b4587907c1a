import metrics from '../../../shared/catalog/metrics.json' with { type: 'json' };
import { HEARTBEAT } from '../../../shared/domain/levels.ts';
import type { Situation } from './situations.ts';
import type { LevelPoint, Levels } from './world.ts';

/**
 * How late and how unevenly points come. A point can be read three minutes after its time; ticks start up to 40 s
 * late; one tick of the situation does not happen.
 */
export const INGESTION_MINUTES = 3;
const GRID_SECONDS = 20;
const TICK_MINUTES = 5;
const PER_MINUTE = 60 / GRID_SECONDS;

export interface Series {
  readonly series: string;
  readonly values: string;
}

/** Cloud Monitoring's rule: the first slash becomes a colon, everything else that PromQL lacks an underscore. */
export function promqlName(type: string): string {
  const slash = type.indexOf('/');
  const plain = (text: string): string => text.replaceAll(/[^a-zA-Z0-9_]/g, '_');
  return `${plain(type.slice(0, slash))}:${plain(type.slice(slash + 1))}`;
}

const resource = {
  monitored_resource: 'generic_task',
  project_id: 'noon-fixture',
  location: 'us-central1',
  namespace: 'high-noon',
  job: 'high-noon',
  task_id: 'high-noon',
};

const render = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries(labels)
    .map(([key, value]) => `${key}="${value}"`)
    .join(',')}}`;

/** Jitter of 0, 20 or 40 s, the same in every run. */
const jitterOf = (tick: number): number => (tick * 2_654_435_761) % 3;

/** Values on a grid, with gaps, in promtool's notation. */
function notation(points: ReadonlyMap<number, number>): string {
  const parts: string[] = [];
  let next = 0;
  for (const [place, value] of [...points].sort(([a], [b]) => a - b)) {
    if (place > next) parts.push(`_x${place - next}`);
    parts.push(String(value));
    next = place + 1;
  }
  return parts.join(' ');
}

/** The ticks of a situation, in minutes, without the silent ones and without the dropped one. */
function ticksOf(
  situation: Pick<Situation, 'from' | 'to'> & { readonly silent?: Situation['silent'] | undefined },
  dropped: number,
): number[] {
  const ticks: number[] = [];
  const [silentFrom, silentTo] = situation.silent ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (
    let minute = Math.ceil(situation.from / TICK_MINUTES) * TICK_MINUTES;
    minute <= situation.to;
    minute += TICK_MINUTES
  ) {
    if (minute !== dropped && !(minute >= silentFrom && minute <= silentTo)) ticks.push(minute);
  }
  return ticks;
}

/**
 * The points of a situation as the alerts see them: each at the time at which it can first be read. Time zero is the
 * situation's beginning.
 */
export function seriesOf(situation: Situation, dropped: number, others: readonly Levels[] = []): Series[] {
  const points = new Map<string, Map<number, number>>();
  const put = (series: string, place: number, value: number): void => {
    const known = points.get(series) ?? new Map<number, number>();
    points.set(series, known.set(place, value));
  };
  const tell = (minute: number, jitter: number, levels: readonly LevelPoint[]): void => {
    const place = (minute - situation.from + INGESTION_MINUTES) * PER_MINUTE + jitter;
    for (const { metric, labels, value } of levels) {
      put(render(promqlName(`${metrics.prefix}/${metric}`), { ...resource, ...labels }), place, value);
    }
  };
  const tick = (minute: number, levels: Levels): void => tell(minute, jitterOf(minute / TICK_MINUTES), levels(minute));
  for (const minute of situation.told)
    tell(
      minute,
      0,
      situation.levels(minute).filter(({ metric }) => metric !== HEARTBEAT),
    );
  for (const minute of ticksOf(situation, dropped)) tick(minute, situation.levels);
  for (const minute of ticksOf({ ...situation, silent: undefined }, Number.NaN)) {
    for (const levels of others) tick(minute, levels);
  }
  const letters = render('pubsub_googleapis_com:subscription_num_undelivered_messages', {
    monitored_resource: 'pubsub_subscription',
    subscription_id: 'highnoon-dead-letters',
  });
  for (let minute = situation.from; minute <= situation.to; minute += 1) {
    const value = situation.deadLetterAt !== undefined && minute >= situation.deadLetterAt ? 1 : 0;
    put(letters, (minute - situation.from + INGESTION_MINUTES) * PER_MINUTE, value);
  }
  return [...points].map(([series, values]) => ({ series, values: notation(values) }));
}

/**
 * Points are put where they can be read, so each look-back loses the delay: a range of 20 minutes then holds exactly
 * the points that a range of 20 minutes holds in Cloud Monitoring, where the newest three minutes are still empty.
 */
export function shiftRanges(query: string): string {
  return query.replaceAll(/\[(\d+)m\]/g, (_, minutes: string) => `[${Number(minutes) - INGESTION_MINUTES}m]`);
}

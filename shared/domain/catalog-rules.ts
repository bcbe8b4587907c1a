/** Times of the catalog that contradict each other. Every one of them would show on some day as a phase that cannot run. */
import type { Catalog, Phase, PhaseName } from './catalog-schema.ts';
import { PHASE_NAMES } from './catalog-schema.ts';
import { dailySecondOfDay, shortestIntervalSeconds } from './configuration/cron-rules.ts';
import type { PathPart, RawMistake } from './configuration/mistake.ts';
import { shortList } from './configuration/schema-walk.ts';
import { parseCron } from './cron.ts';

export function catalogContradictions(catalog: Catalog): RawMistake[] {
  return [...names(catalog), ...zones(catalog), ...windows(catalog), ...chain(catalog), ...limits(catalog)];
}

function mistake(at: PathPart[], value: unknown, message: string, allowed: string): RawMistake {
  return { at, value, message, allowed };
}

function names({ phases, services }: Catalog): RawMistake[] {
  const found: RawMistake[] = [];
  for (const key of ['name', 'target', 'account'] as const) {
    const seen = new Set<string>();
    const entries: [PathPart[], string | undefined][] = [
      ...phases.map((phase, index): [PathPart[], string | undefined] => [['phases', index, key], phase[key]]),
      ...services.map((service, index): [PathPart[], string | undefined] => [['services', index, key], service[key]]),
    ];
    for (const [at, name] of entries) {
      if (name === undefined) continue;
      if (seen.has(name)) found.push(mistake(at, name, 'stands here a second time', `each ${key} once`));
      seen.add(name);
    }
  }
  const missing = PHASE_NAMES.filter((name) => !phases.some((phase) => phase.name === name));
  if (missing.length > 0)
    found.push(mistake(['phases'], phases, `lacks ${shortList(missing)}`, `each of ${shortList(PHASE_NAMES)}`));
  return found;
}

/** Twice a year a local time occurs twice or not at all; who leaves UTC must say what that means. */
function zones(catalog: Catalog): RawMistake[] {
  const found: RawMistake[] = [];
  for (const [index, phase] of catalog.phases.entries()) {
    const at: PathPart[] = ['phases', index, 'timeZone'];
    if (phase.timeZone !== catalog.timeZone)
      found.push(mistake(at, phase.timeZone, 'differs from the zone of the catalog', `\`${catalog.timeZone}\``));
    if (phase.timeZone !== 'UTC' && phase.dstPolicy === undefined) {
      found.push(
        mistake(
          at,
          phase.timeZone,
          'is not UTC, and nothing says what daylight saving does',
          '`UTC`, or a `dstPolicy` beside it',
        ),
      );
    }
    if (phase.timeZone === 'UTC' && phase.dstPolicy !== undefined) {
      found.push(mistake(['phases', index, 'dstPolicy'], phase.dstPolicy, 'means nothing in UTC', 'nothing'));
    }
  }
  for (const [index, service] of catalog.services.entries()) {
    if (service.timeZone === undefined || service.timeZone === 'UTC') continue;
    found.push(
      mistake(['services', index, 'timeZone'], service.timeZone, 'is not UTC', '`UTC`: ticks have no calendar'),
    );
  }
  return found;
}

function windows({ phases }: Catalog): RawMistake[] {
  return phases.flatMap((phase, index) => {
    const found: RawMistake[] = [];
    const say = (key: keyof Phase, message: string, allowed: string) =>
      found.push(mistake(['phases', index, key], phase[key], message, allowed));
    if (phase.rerunWindowSeconds < phase.startWindowSeconds) {
      say(
        'rerunWindowSeconds',
        'ends before the first attempt may still start',
        `at least ${phase.startWindowSeconds} (startWindowSeconds)`,
      );
    }
    // A message belongs to the newest due instant; a window that reaches past the next one could never be used to its end.
    const interval = shortestIntervalSeconds(parseCron(phase.cron));
    for (const key of ['startWindowSeconds', 'rerunWindowSeconds'] as const) {
      if (phase[key] > interval)
        say(key, 'reaches past the next due time of the phase', `at most ${interval} (from the cron)`);
    }
    if (phase.name !== 'high-noon-sync') {
      if (phase.effectDeadlineSeconds !== undefined)
        say(
          'effectDeadlineSeconds',
          'stands at a phase without forward effects',
          'nothing; only `high-noon-sync` has one',
        );
    } else if (phase.effectDeadlineSeconds === undefined) {
      say('effectDeadlineSeconds', 'is missing', `at least ${phase.startWindowSeconds} (startWindowSeconds)`);
    } else if (phase.effectDeadlineSeconds < phase.startWindowSeconds) {
      say(
        'effectDeadlineSeconds',
        'ends before the launch window',
        `at least ${phase.startWindowSeconds} (startWindowSeconds)`,
      );
    }
    return found;
  });
}

interface Due {
  readonly index: number;
  readonly phase: Phase;
  /** Seconds after midnight. */
  readonly due: number;
}

/** T-90 before T-30 before noon, each with room to start before the next is due. */
function chain({ phases }: Catalog): RawMistake[] {
  const found: RawMistake[] = [];
  const link = (name: PhaseName): Due | undefined => {
    const index = phases.findIndex((phase) => phase.name === name);
    const phase = phases[index];
    if (phase === undefined) return undefined;
    const due = dailySecondOfDay(parseCron(phase.cron));
    if (due !== undefined) return { index, phase, due };
    found.push(
      mistake(['phases', index, 'cron'], phase.cron, 'is not once a day', 'a minute and an hour, and `* * *`'),
    );
    return undefined;
  };
  const [prep, check, noon] = [link('t-90-prep'), link('t-30-final-check'), link('high-noon-sync')];
  if (prep !== undefined && check !== undefined) {
    found.push(...within(prep, 'startWindowSeconds', check.due, `T-30 is due at ${clock(check.due)}`));
    // A rerun that passes wakes T-30, which must then still be allowed to start.
    const closes = check.due + check.phase.startWindowSeconds;
    found.push(...within(prep, 'rerunWindowSeconds', closes - 1, `T-30 may not start after ${clock(closes)}`));
  }
  if (check !== undefined && noon !== undefined) {
    found.push(...within(check, 'startWindowSeconds', noon.due, `noon is due at ${clock(noon.due)}`));
    const closes = noon.due + noon.phase.startWindowSeconds;
    found.push(...within(check, 'rerunWindowSeconds', closes, `the launch window closes at ${clock(closes)}`));
  }
  return found;
}

function within(
  link: Due,
  key: 'startWindowSeconds' | 'rerunWindowSeconds',
  latest: number,
  because: string,
): RawMistake[] {
  const ends = link.due + link.phase[key];
  if (ends <= latest) return [];
  const most = latest - link.due;
  const allowed = most < 1 ? 'an earlier cron' : `at most ${most}`;
  return [mistake(['phases', link.index, key], link.phase[key], `lasts until ${clock(ends)}, but ${because}`, allowed)];
}

function clock(seconds: number): string {
  const part = (value: number) => String(value).padStart(2, '0');
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}`;
}

/** The engine stops by itself, then the platform stops it, then the message comes again: in this order and no other. */
function limits({ function: limit, services }: Catalog): RawMistake[] {
  const found: RawMistake[] = [];
  const below = (key: keyof typeof limit, other: keyof typeof limit, why: string) => {
    if (Number(limit[key]) < Number(limit[other])) return;
    found.push(
      mistake(['function', key], limit[key], `is not below \`${other}\`: ${why}`, `below ${limit[other]} (${other})`),
    );
  };
  below('engineBudgetSeconds', 'timeoutSeconds', 'the platform would stop the engine before it has checkpointed');
  below('timeoutSeconds', 'ackDeadlineSeconds', 'the message would come again while the function still runs');
  below('leaseSeconds', 'engineBudgetSeconds', 'a crashed holder would block the slot longer than it may work');
  if (limit.minBackoffSeconds > limit.maxBackoffSeconds) {
    found.push(
      mistake(
        ['function', 'minBackoffSeconds'],
        limit.minBackoffSeconds,
        'is above `maxBackoffSeconds`',
        `at most ${limit.maxBackoffSeconds}`,
      ),
    );
  }
  for (const [index, service] of services.entries()) {
    if ((service.cron === undefined) === (service.timeZone === undefined)) continue;
    found.push(
      mistake(['services', index], service, 'has a cron without a zone, or a zone without a cron', 'both or neither'),
    );
  }
  return found;
}

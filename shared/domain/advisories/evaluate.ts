import { listOf, type OsvEvent, type OsvRange, type OsvRecord, objectsOf, type PackageVersion } from './record.ts';
import { isSamePackage } from './same-package.ts';
import { orderOf } from './versions/of-ecosystem.ts';
import { differInNumbers, MAX_VERSION_LENGTH, type VersionOrder } from './versions/order.ts';
import { semverOrder } from './versions/semver.ts';

/**
 * The evaluation algorithm of the OSV schema (https://ossf.github.io/osv-schema/#evaluation). GIT ranges speak of commits
 * and never match a version. Where the ecosystem's order is unknown, or the version is none of its versions, ranges with
 * a bound cannot be answered and count as not matching: ask `canJudge` before calling such an answer clean.
 */
export function isAffected(record: OsvRecord, installed: PackageVersion): boolean {
  if (isWithdrawn(record)) return false;
  for (const affected of objectsOf(record.affected)) {
    if (!isSamePackage(affected, installed)) continue;
    if (isListed(affected.versions, installed)) return true;
    for (const range of objectsOf(affected.ranges)) {
      if (isInRange(range, installed) === true) return true;
    }
  }
  return false;
}

export type Judgement = { readonly able: true } | { readonly able: false; readonly reason: string };

/** Whether `isAffected` knows its answer for this record and package, or only lacks the means to say yes. */
export function canJudge(record: OsvRecord, installed: PackageVersion): Judgement {
  if (isWithdrawn(record)) return { able: true };
  let reason: string | undefined;
  for (const affected of objectsOf(record.affected)) {
    if (!isSamePackage(affected, installed)) continue;
    if (isListed(affected.versions, installed)) return { able: true };
    const ranges = objectsOf(affected.ranges);
    const byVersion = ranges.filter((range) => range.type !== 'GIT');
    if (ranges.length > 0 && byVersion.length === 0 && listOf(affected.versions).length === 0) {
      reason ??= `${record.id} describes ${installed.name} by git commits only; a version cannot be placed among them`;
    }
    for (const range of byVersion) {
      const answer = isInRange(range, installed);
      if (answer === true) return { able: true };
      if (answer === undefined) reason ??= reasonFor(record, range, installed);
    }
  }
  return reason === undefined ? { able: true } : { able: false, reason };
}

/** True when versions of this ecosystem can be put in order at all, whatever the record. */
export function knowsOrderOf(ecosystem: string): boolean {
  return orderOf(ecosystem) !== undefined;
}

export function isWithdrawn(record: OsvRecord): boolean {
  return typeof record.withdrawn === 'string' && record.withdrawn !== '';
}

function isListed(versions: readonly string[] | undefined, installed: PackageVersion): boolean {
  const listed = listOf(versions);
  if (listed.length === 0) return false;
  if (listed.includes(installed.version)) return true;
  const order = orderOf(installed.ecosystem);
  if (order === undefined || installed.version.length > MAX_VERSION_LENGTH) return false;
  if (order.equality === 'text') {
    const wanted = withoutV(installed.version);
    return listed.some((version) => typeof version === 'string' && withoutV(version) === wanted);
  }
  const key = order.key(installed.version);
  if (key === undefined) return false;
  return listed.some((version) => {
    if (typeof version !== 'string' || differInNumbers(version, installed.version)) return false;
    const other = keyOf(order, version);
    return other !== undefined && order.compare(other, key) === 0;
  });
}

function withoutV(version: string): string {
  return version.startsWith('v') ? version.slice(1) : version;
}

type Kind = 'introduced' | 'fixed' | 'last_affected';
const KINDS: readonly Kind[] = ['introduced', 'fixed', 'last_affected'];

interface Point {
  readonly kind: Kind;
  /** `start` sorts before every version: the schema's `introduced: "0"`. */
  readonly at: 'start' | { readonly key: unknown };
}

/** Undefined: the range cannot be answered for this version. */
function isInRange(range: OsvRange, installed: PackageVersion): boolean | undefined {
  if (range.type === 'GIT') return false;
  const events = objectsOf(range.events);
  if (isEveryVersion(events)) return true;
  const order = orderFor(range, installed.ecosystem);
  const key = order === undefined ? undefined : keyOf(order, installed.version);
  if (order === undefined || key === undefined) return undefined;

  const limit = isBeforeLimits(order, key, events);
  if (limit !== true) return limit;
  const points = pointsOf(order, events);
  if (points === undefined) return undefined;
  points.sort((a, b) => comparePoints(order, a, b));
  let vulnerable = false;
  for (const { kind, at } of points) {
    const place = at === 'start' ? 1 : order.compare(key, at.key);
    if (kind === 'introduced' && place >= 0) vulnerable = true;
    else if (kind === 'fixed' && place >= 0) vulnerable = false;
    else if (kind === 'last_affected' && place > 0) vulnerable = false;
  }
  return vulnerable;
}

/** Introduced at the start and never bounded: true for any version in any order, also an unknown one. */
function isEveryVersion(events: readonly OsvEvent[]): boolean {
  let isFromStart = false;
  for (const event of events) {
    if (event.fixed !== undefined || event.last_affected !== undefined) return false;
    if (event.limit !== undefined && event.limit !== '*') return false;
    if (event.introduced === '0') isFromStart = true;
  }
  return isFromStart;
}

function orderFor(range: OsvRange, ecosystem: string): VersionOrder | undefined {
  if (range.type === 'ECOSYSTEM') return orderOf(ecosystem);
  if (range.type !== 'SEMVER') return undefined;
  const own = orderOf(ecosystem);
  return own?.name === 'Go' ? own : semverOrder;
}

function isBeforeLimits(order: VersionOrder, key: unknown, events: readonly OsvEvent[]): boolean | undefined {
  let hasLimit = false;
  let isUnknown = false;
  for (const { limit } of events) {
    if (limit === undefined) continue;
    hasLimit = true;
    if (limit === '*') return true;
    const bound = keyOf(order, limit);
    if (bound === undefined) isUnknown = true;
    else if (order.compare(key, bound) < 0) return true;
  }
  if (isUnknown) return undefined;
  return !hasLimit;
}

/** Undefined when one bound is no version of the order: the range then has no certain shape. */
function pointsOf(order: VersionOrder, events: readonly OsvEvent[]): Point[] | undefined {
  const points: Point[] = [];
  for (const event of events) {
    for (const kind of KINDS) {
      const version = event[kind];
      if (version === undefined) continue;
      if (kind === 'introduced' && version === '0') {
        points.push({ kind, at: 'start' });
        continue;
      }
      const key = keyOf(order, version);
      if (key === undefined) return undefined;
      points.push({ kind, at: { key } });
    }
  }
  return points;
}

/** At one version `last_affected` comes last (it still affects that version); the rest keep the order of the record. */
function comparePoints(order: VersionOrder, a: Point, b: Point): number {
  if (a.at === 'start' || b.at === 'start') return (a.at === 'start' ? 0 : 1) - (b.at === 'start' ? 0 : 1);
  const difference = order.compare(a.at.key, b.at.key);
  if (difference !== 0) return difference;
  return (a.kind === 'last_affected' ? 1 : 0) - (b.kind === 'last_affected' ? 1 : 0);
}

function keyOf(order: VersionOrder, version: unknown): unknown {
  return typeof version === 'string' && version.length <= MAX_VERSION_LENGTH ? order.key(version) : undefined;
}

function reasonFor(record: OsvRecord, range: OsvRange, { ecosystem, name, version }: PackageVersion): string {
  const order = orderFor(range, ecosystem);
  if (order === undefined)
    return `${record.id}: the version order of ${ecosystem} is not known here, so ${name} ${version.slice(0, 100)} cannot be placed`;
  if (keyOf(order, version) === undefined)
    return `${record.id}: ${name} ${version.slice(0, 100)} is no version in the order of ${order.name}`;
  return `${record.id}: a bound of its ranges for ${name} is no version in the order of ${order.name}`;
}

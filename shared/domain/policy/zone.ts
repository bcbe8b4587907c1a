/** Seconds that local time in a zone is ahead of UTC at an instant, read from Intl and remembered by UTC day. */

const DAY_SECONDS = 86_400;
/** Zones come from configuration, but an expression can build names: the caches are emptied when they outgrow this. */
const ZONES_KEPT = 64;
const DAYS_KEPT = 20_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** UTC day number to the offset of that whole day; a day within which the offset changes is not kept. */
  readonly days: Map<number, number>;
}

const zones = new Map<string, Zone>();

/**
 * @param zone an IANA name, `UTC`, or a fixed offset as CEL writes it (`+02:30`, `-08:00`, `02:00`)
 * @param seconds whole seconds since 1970 UTC
 * @returns undefined when there is no such zone
 */
export function zoneOffsetSeconds(zone: string, seconds: number): number | undefined {
  if (zone === 'UTC') return 0;
  const known = zones.get(zone);
  if (known !== undefined) return offsetIn(known, seconds);
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (fixed !== null) {
    const size = Number(fixed[2]) * 3600 + Number(fixed[3]) * 60;
    return fixed[1] === '-' ? -size : size;
  }
  const opened = openZone(zone);
  return opened === undefined ? undefined : offsetIn(opened, seconds);
}

function openZone(name: string): Zone | undefined {
  if (name.length > 64 || !/^[A-Za-z]/.test(name)) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    const zone = { format, days: new Map<number, number>() };
    if (zones.size >= ZONES_KEPT) zones.clear();
    zones.set(name, zone);
    return zone;
  } catch {
    return undefined; // Intl throws a RangeError for a name it does not know.
  }
}

function offsetIn(zone: Zone, seconds: number): number {
  const day = Math.floor(seconds / DAY_SECONDS);
  const known = zone.days.get(day);
  if (known !== undefined) return known;
  const first = readOffset(zone.format, day * DAY_SECONDS);
  const last = readOffset(zone.format, (day + 1) * DAY_SECONDS - 1);
  if (first !== last) return readOffset(zone.format, seconds);
  if (zone.days.size >= DAYS_KEPT) zone.days.clear();
  zone.days.set(day, first);
  return first;
}

function readOffset(format: Intl.DateTimeFormat, seconds: number): number {
  const fields: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(seconds * 1000)) fields[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  // Date.UTC reads years below 100 as 19xx, so the year is set apart.
  const local = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  local.setUTCFullYear(year, month - 1, day);
  return local.getTime() / 1000 - seconds;
}

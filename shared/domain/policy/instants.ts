import { durationOf, timestampOf } from './admit.ts';
import { Fault } from './errors.ts';
import { type Duration, NANOS, type Timestamp } from './values.ts';

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Reads an RFC 3339 instant. The text is not repeated in the fault: it may come from a document. */
export function parseTimestamp(text: string, at: number): Timestamp | Fault {
  const match = text.length <= 40 ? RFC_3339.exec(text) : null;
  const parts = match?.slice(1, 7).map(Number) as [number, number, number, number, number, number] | undefined;
  const refused = new Fault('bad-argument', 'a text is not an RFC 3339 timestamp', at);
  if (match === null || parts === undefined) return refused;
  const [year, month, day, hour, minute, second] = parts;
  const date = new Date(Date.UTC(2000, month - 1, 1, hour, minute, second));
  date.setUTCFullYear(year, month - 1, day);
  const isReal =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  const offset = parseOffset(match[8] ?? 'Z');
  if (!isReal || offset === undefined) return refused;
  return timestampOf(date.getTime() / 1000 - offset, Number((match[7] ?? '').padEnd(9, '0')), at);
}

function parseOffset(text: string): number | undefined {
  if (text === 'Z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (hours * 3600 + minutes * 60) * (text[0] === '-' ? -1 : 1);
}

/** RFC 3339 in UTC, with as many digits after the second as are needed: none, 3, 6 or 9. */
export function timestampText(instant: Timestamp): string {
  const whole = new Date(instant.seconds * 1000).toISOString().slice(0, 19);
  return `${whole}${fraction(instant.nanos)}Z`;
}

/** Seconds with the suffix `s`, as protocol buffers write a duration. */
export function durationText(duration: Duration): string {
  const size = duration.nanos < 0n ? -duration.nanos : duration.nanos;
  const seconds = size / BigInt(NANOS);
  return `${duration.nanos < 0n ? '-' : ''}${seconds}${fraction(Number(size % BigInt(NANOS)))}s`;
}

function fraction(nanos: number): string {
  if (nanos === 0) return '';
  const digits = String(nanos).padStart(9, '0');
  if (digits.endsWith('000000')) return `.${digits.slice(0, 3)}`;
  return digits.endsWith('000') ? `.${digits.slice(0, 6)}` : `.${digits}`;
}

const UNIT_NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Reads a duration such as `1h30m`, `-1.5s` or `250ms`. */
export function parseDuration(text: string, at: number): Duration | Fault {
  const refused = new Fault('bad-argument', 'a text is not a duration such as 1h30m or 1.5s', at);
  if (text.length > 128) return refused;
  const body = /^[+-]/.test(text) ? text.slice(1) : text;
  if (body === '0') return durationOf(0n, at);
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return refused;
  let total = 0n;
  for (const [, number = '', unit = 's'] of body.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const [whole = '', rest = ''] = number.split('.');
    const factor = UNIT_NANOS[unit] ?? 1n;
    total += BigInt(whole || '0') * factor + (BigInt(rest || '0') * factor) / 10n ** BigInt(rest.length);
  }
  return durationOf(text.startsWith('-') ? -total : total, at);
}

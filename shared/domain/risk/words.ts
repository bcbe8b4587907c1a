import { daysUntil } from './capacity.ts';

/** Amounts as people say them. */
export function durationOf(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const amount = Math.abs(seconds);
  if (amount < 10) return `${sign}${Number(amount.toFixed(2))} s`;
  if (amount < 120) return `${sign}${Math.round(amount)} s`;
  if (amount < 7200) return `${sign}${Number((amount / 60).toFixed(1))} min`;
  return `${sign}${Number((amount / 3600).toFixed(1))} h`;
}

export function bytesOf(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3)));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

export function amountOf(value: number, unit: string): string {
  if (unit === 'seconds') return durationOf(value);
  if (unit === 'bytes') return bytesOf(value);
  return `${Number(value.toPrecision(4))} ${unit}`;
}

export const percentOf = (share: number | null): string =>
  share === null ? 'unknown' : `${Number((share * 100).toFixed(1))} %`;

export function daysFromNow(now: string, date: string): string {
  const days = daysUntil(now, date);
  return `in ${days} day${days === 1 ? '' : 's'}, on ${date}`;
}

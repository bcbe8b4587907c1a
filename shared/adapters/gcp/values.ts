import { type Instant, instant } from '../../domain/time.ts';

/** 64-bit numbers come as numbers, decimal strings or Long objects. */
export type Int64 = number | string | { toString(): string } | null | undefined;

export const toNumber = (value: Int64): number => (value === null || value === undefined ? 0 : Number(String(value)));

export interface ProtoTimestamp {
  readonly seconds?: Int64;
  readonly nanos?: number | null;
}

export const toInstant = ({ seconds, nanos }: ProtoTimestamp): Instant =>
  instant(toNumber(seconds) * 1000 + Math.trunc((nanos ?? 0) / 1e6));

export const toOptionalInstant = (value: ProtoTimestamp | null | undefined): Instant | null =>
  value === null || value === undefined ? null : toInstant(value);

export function toTimestamp(epochMs: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(epochMs / 1000);
  return { seconds, nanos: (epochMs - seconds * 1000) * 1e6 };
}

/** `projects/p/locations/l/services/shop` to `shop`. */
export const lastSegment = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

import type { PointOutcome } from '../../ports/metrics.ts';

/**
 * What a refused `createTimeSeries` says of each of its points. The status details count the points by gRPC code
 * (`CreateTimeSeriesSummary`), and which points they are stands only in the text, in one of two forms:
 *
 *     REASON: timeSeries[3]; OTHER REASON: timeSeries[6]
 *     timeSeries[0-2,5] (example metric.type="...", ...): REASON; timeSeries[6] (...): OTHER REASON
 *
 * This file is the one place that reads such a text. What it cannot attribute is `retry`: a point that had in truth been
 * written is then answered as superseded, and so settled; one that is never taken ends with its 25 hours.
 */
export interface Judged {
  readonly outcome: PointOutcome;
  readonly detail?: string;
}

/** `google.monitoring.v3.CreateTimeSeriesSummary` */
export interface Summary {
  readonly totalPointCount?: number | null;
  readonly successPointCount?: number | null;
  readonly errors?: readonly { readonly status?: { readonly code?: number | null } | null }[] | null;
}

interface GrpcError {
  readonly code?: unknown;
  readonly details?: unknown;
  readonly message?: unknown;
}

/** gRPC codes after which the whole request may be tried again: nothing in it was judged. */
const PASSING = new Set([1, 2, 4, 8, 10, 13, 14]);

/** Outcomes of the points of one request, or undefined when the error says nothing of single points. */
export function judgePoints(
  error: unknown,
  summary: Summary | undefined,
  count: number,
): readonly Judged[] | undefined {
  const { code, details, message }: GrpcError = typeof error === 'object' && error !== null ? (error as GrpcError) : {};
  const text = typeof details === 'string' && details !== '' ? details : String(message ?? '');
  const told = refusals(text).filter(({ indexes }) => indexes.every((index) => index < count));
  if (told.length === 0) {
    if (count === 1 && code === 3) return [judge(text, oneCode(summary))];
    return code === 3 || code === 5 || code === 9 ? unattributed(text, count, summary) : undefined;
  }
  const judged: Judged[] = Array.from({ length: count }, () => ({ outcome: 'written' }));
  for (const { indexes, reason } of told) for (const index of indexes) judged[index] = judge(reason, oneCode(summary));
  return agrees(judged, summary) ? judged : judged.map(asUncertain);
}

/** The two accounts of one answer differ: what was not named as refused is not known to be written. */
const asUncertain = (one: Judged): Judged =>
  one.outcome === 'written' ? { outcome: 'retry', detail: 'the answer counts more refused points than it names' } : one;

function agrees(judged: readonly Judged[], summary: Summary | undefined): boolean {
  if (typeof summary?.successPointCount !== 'number') return true;
  return judged.filter(({ outcome }) => outcome === 'written').length === summary.successPointCount;
}

function unattributed(text: string, count: number, summary: Summary | undefined): readonly Judged[] {
  const one = judge(text, oneCode(summary));
  // Without a count the request itself was invalid, and nothing in it was written.
  const isAll =
    summary === undefined ? one.outcome === 'refused' : summary.successPointCount === 0 && summary.errors?.length === 1;
  const detail = one.detail ?? '';
  return Array.from({ length: count }, () => (isAll ? one : { outcome: 'retry', detail }));
}

/** The code of the refused points, when all were refused with the same. */
function oneCode(summary: Summary | undefined): number | undefined {
  const codes = new Set(summary?.errors?.map(({ status }) => status?.code ?? 2));
  const [only] = codes;
  return codes.size === 1 ? only : undefined;
}

function judge(reason: string, code: number | undefined): Judged {
  const detail = reason.replace(/\p{Cc}+/gu, ' ').slice(0, 200);
  if (
    /written in order|older (?:start|end) time|older than existing reset|more than \d+h[0-9hms]* in the past/i.test(
      reason,
    )
  )
    return { outcome: 'superseded', detail };
  // Two points of a series within 5 s: the newer one is still wanted, a little later.
  if (code === 9 || /more frequently than the maximum sampling/i.test(reason)) return { outcome: 'retry', detail };
  if ((code !== undefined && PASSING.has(code)) || /internal error/i.test(reason)) return { outcome: 'retry', detail };
  return { outcome: 'refused', detail };
}

/** Splits the text into what is said of which points. */
function refusals(text: string): { indexes: number[]; reason: string }[] {
  const found: { indexes: number[]; reason: string }[] = [];
  for (const part of text.split(/;\s+/)) {
    const lists = [...part.matchAll(/timeSeries\[([0-9,\s-]+)\]/g)].flatMap(([, list = '']) => indexesOf(list));
    if (lists.length > 0) found.push({ indexes: [...new Set(lists)], reason: part });
    // A reason may hold a semicolon itself.
    else if (found.length > 0) (found.at(-1) as { reason: string }).reason += `; ${part}`;
  }
  return found;
}

/** More than the API takes in one request; also keeps `0-999999999` from being counted out. */
const MOST_INDEX = 1000;

function indexesOf(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [from = Number.NaN, to = from] = range.split('-').map(Number);
    if (!(from >= 0 && to >= from && to < MOST_INDEX)) return [];
    return Array.from({ length: to - from + 1 }, (_, step) => from + step);
  });
}

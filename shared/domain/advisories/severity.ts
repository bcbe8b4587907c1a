import cvss from 'ae-cvss-calculator';
import { type OsvRecord, type OsvSeverity, objectsOf, type PackageVersion } from './record.ts';
import { isSamePackage } from './same-package.ts';

export type Rating = 'none' | 'low' | 'medium' | 'high' | 'critical' | 'unknown';

export interface Severity {
  /** 0.0 to 10.0, absent when only a word was published. */
  readonly score?: number;
  readonly rating: Rating;
  readonly vector?: string;
}

/** Least first. `unknown` stands outside the order: it is never above or below anything. */
export const RATINGS = ['none', 'low', 'medium', 'high', 'critical'] as const satisfies readonly Rating[];

/** Whether a rating reaches a threshold; `unknown` is undefined: the caller must say that it cannot tell. */
export function isAtLeast(rating: Rating, threshold: Exclude<Rating, 'unknown'>): boolean | undefined {
  if (rating === 'unknown') return undefined;
  return RATINGS.indexOf(rating) >= RATINGS.indexOf(threshold);
}

/**
 * The highest score among the record's CVSS vectors, so that a publisher's second opinion never hides the worse one; with
 * `installed`, severities published for exactly that package come before those of the whole record. Without a vector that
 * can be read, the word of the database; without that, `unknown`.
 */
export function severityOf(record: OsvRecord, installed?: PackageVersion): Severity {
  const affected = objectsOf(record.affected).filter(
    (entry) => installed === undefined || isSamePackage(entry, installed),
  );
  const own = affected.flatMap((entry) => objectsOf(entry.severity));
  const vectors = installed !== undefined && own.length > 0 ? own : [...objectsOf(record.severity), ...own];
  const scored = worst(vectors.map(scoreOf));
  if (scored !== undefined) return scored;
  const rustsec = worst(affected.map((entry) => scoreVector(entry.database_specific?.cvss)));
  if (rustsec !== undefined) return rustsec;
  const words = [
    record.database_specific?.severity,
    ...affected.flatMap((entry) => [entry.database_specific?.severity, entry.ecosystem_specific?.severity]),
    ...vectors.filter((entry) => entry.type === 'Ubuntu').map((entry) => entry.score),
  ];
  return worst(words.map(ratingOfWord)) ?? { rating: 'unknown' };
}

function scoreOf(severity: OsvSeverity): Severity | undefined {
  if (typeof severity.type !== 'string' || !severity.type.startsWith('CVSS')) return undefined;
  return scoreVector(severity.score);
}

const METRICS = /^(?:[A-Za-z]+:[A-Za-z]+)(?:\/[A-Za-z]+:[A-Za-z]+)*$/;
/** The longest true vector (4.0 with every metric) is below 250 characters. */
const MAX_VECTOR_LENGTH = 400;

/**
 * A few hundred vectors make up most advisories, and one takes the library a tenth of a millisecond and much memory. Only
 * remembers what a vector always gives.
 */
const scores = new Map<string, Severity | undefined>();
const MAX_SCORES = 2000;

function scoreVector(vector: unknown): Severity | undefined {
  if (typeof vector !== 'string' || vector.length > MAX_VECTOR_LENGTH) return undefined;
  if (!scores.has(vector)) {
    if (scores.size >= MAX_SCORES) scores.clear();
    scores.set(vector, calculate(vector));
  }
  return scores.get(vector);
}

/** Undefined for anything that is not a complete vector: the library gives such a one the score 0, which reads as harmless. */
function calculate(vector: string): Severity | undefined {
  const text = vector.trim().replace(/^\((.*)\)$/, '$1');
  const colon = /^CVSS:(\d\.\d)\//.exec(text);
  const metrics = colon === null ? text : text.slice(colon[0].length);
  if (!METRICS.test(metrics) || hasRepeatedMetric(metrics)) return undefined;
  try {
    const parsed = calculatorFor(colon?.[1], text);
    if (parsed === undefined || !parsed.isBaseFullyDefined()) return undefined;
    for (const metric of metrics.split('/')) {
      const [name = '', value = ''] = metric.split(':');
      if (parsed.getComponentByStringOpt(name)?.shortName !== value) return undefined;
    }
    const score = parsed.calculateScores().overall;
    return { score, rating: colon === null ? ratingOfV2(score) : ratingOf(score), vector };
  } catch {
    return undefined;
  }
}

function calculatorFor(version: string | undefined, vector: string) {
  switch (version) {
    case undefined:
      return new cvss.Cvss2(vector);
    case '3.0':
      return new cvss.Cvss3P0(vector);
    case '3.1':
      return new cvss.Cvss3P1(vector);
    case '4.0':
      return new cvss.Cvss4P0(vector);
    default:
      return undefined;
  }
}

function hasRepeatedMetric(metrics: string): boolean {
  const names = metrics.split('/').map((metric) => metric.slice(0, metric.indexOf(':')));
  return new Set(names).size !== names.length;
}

/** CVSS 3.1 section 5 and CVSS 4.0 section 6: the same bands. */
function ratingOf(score: number): Rating {
  if (score >= 9) return 'critical';
  return ratingOfV2(score);
}

/** NVD's bands for CVSS 2, which has no `critical`: https://nvd.nist.gov/vuln-metrics/cvss */
function ratingOfV2(score: number): Rating {
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'none';
}

const WORDS: ReadonlyMap<string, Rating> = new Map<string, Rating>([
  ['none', 'none'],
  ['negligible', 'low'],
  ['unimportant', 'low'],
  ['low', 'low'],
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['important', 'high'],
  ['high', 'high'],
  ['critical', 'critical'],
]);

function ratingOfWord(word: unknown): Severity | undefined {
  const rating = typeof word === 'string' ? WORDS.get(word.trim().toLowerCase()) : undefined;
  return rating === undefined ? undefined : { rating };
}

function worst(severities: readonly (Severity | undefined)[]): Severity | undefined {
  let found: Severity | undefined;
  for (const severity of severities) {
    if (severity === undefined) continue;
    if (found === undefined || weight(severity) > weight(found)) found = severity;
  }
  return found;
}

function weight({ rating, score = 0 }: Severity): number {
  return rating === 'unknown' ? -1 : RATINGS.indexOf(rating) * 100 + score;
}

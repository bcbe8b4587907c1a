import type { Dataset } from '../../domain/configuration/index.ts';
import { fails, noted, type Observation, unknown } from '../../domain/finding.ts';
import { hoursBetween, type Instant, plusSeconds, toSeconds } from '../../domain/time.ts';

/** Judgements over counts and times of a batch; none of them ever sees a row. */
export const subjectOf = (dataset: Pick<Dataset, 'name'>): string => `datasets/${dataset.name}`;
export const softness = (dataset: Pick<Dataset, 'required_for_go'>): { soft?: true } =>
  dataset.required_for_go ? {} : { soft: true };

export interface Volume {
  readonly rows: number;
  /** Undefined where they were not counted. */
  readonly duplicates: number | undefined;
}

/** Enough rows, not many fewer than are live, and no key twice. `liveRows` is null before the first live version. */
export function judgeVolume(dataset: Dataset, volume: Volume, liveRows: number | null): Observation[] {
  const base = { subject: subjectOf(dataset), ...softness(dataset) };
  const { rows, duplicates = 0 } = volume;
  if (rows === 0) {
    const remedy = 'find out why the source delivered nothing, deliver again, and rerun t-90-prep';
    return [unknown({ ...base, code: 'empty', message: 'it has no rows, so nothing is known of the data', remedy })];
  }
  const findings: Observation[] = [];
  if (rows < dataset.min_rows) {
    const message = `it has ${rows} rows; at least ${dataset.min_rows} are expected`;
    findings.push(fails({ ...base, code: 'too-few-rows', message, remedy: DELIVER }));
  }
  const dropPct = dropOf(rows, liveRows);
  if (dropPct > dataset.max_drop_pct) {
    const message = `it has ${rows} rows where ${liveRows} are live, ${show(dropPct)} % fewer; at most ${dataset.max_drop_pct} % are allowed`;
    findings.push(fails({ ...base, code: 'row-drop', message, remedy: DELIVER, facts: { rows, liveRows } }));
  }
  if (duplicates > 0) {
    const message = `${duplicates} rows have a key (${dataset.key}) that another row has already`;
    findings.push(fails({ ...base, code: 'duplicate-keys', message, remedy: DELIVER, facts: { duplicates } }));
  }
  return findings;
}

const DELIVER = 'mend it at the source, deliver the batch again, and rerun t-90-prep and t-30-final-check';

export function dropOf(rows: number, liveRows: number | null): number {
  return liveRows === null || liveRows === 0 ? 0 : Math.max(0, ((liveRows - rows) / liveRows) * 100);
}

/** How old the newest row is. A time ahead of the clock by more than the allowed skew is as bad as none. */
export function judgeFreshness(
  dataset: Dataset,
  newest: Instant | null,
  now: Instant,
  skewSeconds: number,
): Observation[] {
  const base = { subject: subjectOf(dataset), ...softness(dataset) };
  if (dataset.max_age_h === null) {
    const words = { code: 'age-not-judged', message: 'its age is not judged: `max_age_h` is null' };
    return [noted({ ...base, ...words, remedy: 'set `max_age_h` if old data would do harm' })];
  }
  if (newest === null) {
    const message = `no row tells its time in \`${dataset.ts}\`, so its age is not known`;
    return [unknown({ ...base, code: 'age-unknown', message, remedy: `name the field of the time in \`ts\`` })];
  }
  if (newest > plusSeconds(now, skewSeconds)) {
    const message = `its newest row is of ${toSeconds(newest)}, which is yet to come`;
    return [unknown({ ...base, code: 'time-ahead', message, remedy: 'set the clock of the source right' })];
  }
  const age = hoursBetween(newest, now);
  if (age <= dataset.max_age_h) return [];
  const message = `its newest row is of ${toSeconds(newest)}, ${show(age)} hours ago; at most ${dataset.max_age_h} are allowed`;
  return [
    unknown({ ...base, code: 'stale', message, remedy: 'find out why no newer data comes, then rerun t-90-prep' }),
  ];
}

const show = (value: number): string => String(Math.round(value * 100) / 100);

import type { Guardrail } from '../configuration/index.ts';
import { WAIVER_WARN_SECONDS, type Waiver } from '../override.ts';
import { type Instant, secondsBetween } from '../time.ts';

/** What people's waivers take out of one guardrail. */
export interface Cover {
  readonly waivers: readonly Waiver[];
  /** All of the guardrail is waived. */
  readonly isWhole: boolean;
  covers(id: string): boolean;
}

/**
 * The waivers of a guardrail that count at a time. An expired one counts no more at once; one of a critical guardrail
 * counts only with two people behind it, or where the business has one operator and says so.
 */
export function coverOf(
  guardrail: Pick<Guardrail, 'id' | 'severity'>,
  waivers: readonly Waiver[],
  at: Instant,
  isSingleOperator: boolean,
): Cover {
  const counting = waivers.filter(
    (waiver) =>
      waiver.guardrail === guardrail.id &&
      waiver.at <= at &&
      waiver.until > at &&
      (guardrail.severity !== 'critical' || isSingleOperator || new Set(waiver.approvers).size >= 2),
  );
  const isWhole = counting.some(({ records }) => records.length === 0);
  const records = new Set(counting.flatMap((waiver) => waiver.records));
  return { waivers: counting, isWhole, covers: (id) => isWhole || records.has(id) };
}

export const endsSoon = (waiver: Waiver, at: Instant): boolean =>
  secondsBetween(at, waiver.until) <= WAIVER_WARN_SECONDS;

import { guardrailSchema } from '../../../shared/domain/configuration/guardrails.ts';
import type { Guardrail, GuardrailOf } from '../../../shared/domain/configuration/index.ts';
import {
  type Decision,
  type EvidenceSource,
  type Fields,
  judgesOf,
  type Partners,
  type ReadingGuardrail,
  type Setting,
  Undecided,
} from '../../../shared/domain/guardrails/index.ts';

export const NOW = '2026-11-24T11:30:00.000Z';

/** A guardrail as the configuration gives it, with what every kind has filled in. */
export function rule<Check extends Guardrail['check']>(
  check: Check,
  more: Record<string, unknown>,
): GuardrailOf<Check> {
  const common = { id: 'R-1', title: 'a rule', severity: 'high', evidence: 'things', check };
  return guardrailSchema.parse({ ...common, ...more }) as GuardrailOf<Check>;
}

export function settingWith(options: {
  readonly evidence?: Record<string, Partial<EvidenceSource>>;
  readonly partners?: Partners;
  readonly now?: string;
  readonly zone?: string;
}): Setting {
  const { evidence = {}, partners = { find: () => [] }, now = NOW, zone = 'America/Chicago' } = options;
  return { evidence: evidence as Setting['evidence'], storeTimezone: zone, now, partners: () => partners };
}

/** What the guardrail says of one record; an undecided one by its reason. */
export function decide(
  guardrail: ReadingGuardrail,
  record: Fields,
  setting: Setting = settingWith({}),
): Decision | string {
  const decision = judgesOf(guardrail, setting, [])[0]?.decide(record) ?? 'skips';
  return decision instanceof Undecided ? decision.reason : decision;
}

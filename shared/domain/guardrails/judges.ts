import type { Guardrail } from '../configuration/index.ts';
import type { Judge, Setting } from './judge.ts';
import { judgeBodyAny, judgeContentDeny, judgeContentRequire } from './judge-content.ts';
import { judgeExpiry, judgeMaxAge } from './judge-dates.ts';
import { judgeJoinComplete, judgeJoinEqual } from './judge-joins.ts';
import { judgeMetricMin } from './judge-metrics.ts';
import { judgeFieldsPresent, judgeFieldsTrue, judgeRecords } from './judge-records.ts';
import { judgeSecrets } from './judge-secrets.ts';
import { judgeConfigEquals, judgeConfigMin } from './judge-settings.ts';
import { fieldsRead } from './moments.ts';
import type { PartnerNeed } from './partners.ts';

/** Guardrails that are judged by asking addresses, not by reading records. */
export type AskingGuardrail = Extract<Guardrail, { check: 'http_status' | 'http_denies_forged' }>;
export type ReadingGuardrail = Exclude<Guardrail, AskingGuardrail>;

export const isAsking = (guardrail: Guardrail): guardrail is AskingGuardrail =>
  guardrail.check === 'http_status' || guardrail.check === 'http_denies_forged';

/** The judges of a guardrail, one for each evidence that it goes over. `beside` are those judged in the same pass. Throws PolicyError. */
export function judgesOf(
  guardrail: ReadingGuardrail,
  setting: Setting,
  beside: readonly Guardrail[],
): readonly Judge[] {
  switch (guardrail.check) {
    case 'config_equals':
      return [judgeConfigEquals(guardrail)];
    case 'config_min':
      return [judgeConfigMin(guardrail)];
    case 'http_body_any':
      return [judgeBodyAny(guardrail)];
    case 'records_all':
    case 'records_none':
      return [judgeRecords(guardrail, setting)];
    case 'join_complete':
      return [judgeJoinComplete(guardrail, setting)];
    case 'join_equal':
      return [judgeJoinEqual(guardrail, setting, gapsAreTold(guardrail, beside))];
    case 'max_age_days':
      return [judgeMaxAge(guardrail, setting)];
    case 'expiry_min_days':
      return [judgeExpiry(guardrail, setting)];
    case 'fields_present':
      return [judgeFieldsPresent(guardrail)];
    case 'fields_true':
      return [judgeFieldsTrue(guardrail)];
    case 'content_deny':
      return [judgeContentDeny(guardrail)];
    case 'content_require':
      return [judgeContentRequire(guardrail)];
    case 'metric_min':
      return [judgeMetricMin(guardrail)];
    case 'secrets_clean':
      return judgeSecrets(guardrail, setting);
    default:
      return guardrail satisfies never;
  }
}

/** Whether another judged guardrail, no milder, says of the same pairs that each record has a partner. */
function gapsAreTold(
  { evidence, join, match, severity }: Extract<Guardrail, { check: 'join_equal' }>,
  beside: readonly Guardrail[],
): boolean {
  const rank = { medium: 0, high: 1, critical: 2 };
  return beside.some(
    (other) =>
      other.check === 'join_complete' &&
      !other.shadow &&
      rank[other.severity] >= rank[severity] &&
      other.evidence === evidence &&
      other.join === join &&
      [...other.match].sort().join() === [...match].sort().join(),
  );
}

/** What a guardrail must find of the evidence that it joins; undefined when it joins none. Throws PolicyError. */
export function partnerNeedOf(guardrail: Guardrail, aliasOf: (evidence: string) => string): PartnerNeed | undefined {
  switch (guardrail.check) {
    case 'join_complete':
      return { evidence: guardrail.join, match: guardrail.match, fields: [] };
    case 'join_equal':
      return { evidence: guardrail.join, match: guardrail.match, fields: guardrail.fields };
    case 'records_all':
    case 'records_none': {
      const { join, match, expr } = guardrail;
      if (join === undefined || match === undefined) return undefined;
      return { evidence: join, match, fields: expr === undefined ? [] : fieldsRead(expr, aliasOf(join)) };
    }
    default:
      return undefined;
  }
}

import type { Configuration } from '../../domain/configuration/index.ts';
import { type Evidence, fails, type Observation, unknown } from '../../domain/finding.ts';
import { digestOf } from '../../domain/json.ts';
import type { GuardrailResult } from '../../domain/operation.ts';

export const LEVEL_VARIABLE = 'COMPLIANCE_LEVEL';

interface Told {
  readonly findings: readonly Observation[];
  readonly evidence: Evidence;
  readonly result: GuardrailResult['result'];
}

/**
 * The process itself must run at the configured level: it is what the services are told too. Another level is a
 * violation whatever the guardrails say, and none at all cannot be told from a forgotten one.
 */
export function judgeComplianceLevel(
  { deployment }: Pick<Configuration, 'deployment'>,
  environment: Readonly<Record<string, string | undefined>>,
  observedAt: string,
): Told {
  const found = environment[LEVEL_VARIABLE];
  const wanted = deployment.compliance_level;
  const isSet = found !== undefined && found !== '';
  const evidence: Evidence = {
    subject: LEVEL_VARIABLE,
    request: 'process environment',
    observedAt,
    value: isSet ? shown(found) : null,
    digest: digestOf(found ?? null),
  };
  if (found === wanted) return { findings: [], evidence, result: 'passed' };
  const words = { subject: LEVEL_VARIABLE, severity: 'critical' as const };
  const remedy = `deploy the functions with ${LEVEL_VARIABLE}=${wanted}`;
  if (!isSet) {
    const message = `${LEVEL_VARIABLE} is not set; ${wanted} is expected`;
    return { findings: [unknown({ ...words, code: 'unset', message, remedy })], evidence, result: 'inconclusive' };
  }
  const message = `${LEVEL_VARIABLE} is ${shown(found)}; ${wanted} is expected`;
  return { findings: [fails({ ...words, code: 'violated', message, remedy })], evidence, result: 'failed' };
}

const shown = (value: string): string => JSON.stringify(value.slice(0, 40));

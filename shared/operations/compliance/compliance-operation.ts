import type { Configuration, Guardrail, GuardrailScope } from '../../domain/configuration/index.ts';
import { noted, type Observation, result, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import type { Operation } from '../../domain/operation.ts';
import type { PortMap } from '../../ports/port-map.ts';
import { defineOperation } from '../define-operation.ts';
import { judgeComplianceLevel, LEVEL_VARIABLE } from './compliance-level.ts';
import { judgeGuardrails } from './judge-guardrails.ts';

interface Declared {
  readonly name: string;
  readonly claim: string;
  /** Whose guardrails it runs; the audit runs all of them. */
  readonly scope: GuardrailScope;
  readonly timeoutSeconds: number;
}

/** A compliance operation: the process's own level, and the guardrails of one scope. */
export function complianceOperation({ name, claim, scope, timeoutSeconds }: Declared): Operation<PortMap> {
  return defineOperation({
    name,
    claim,
    kind: 'check',
    failure: 'compliance',
    needs: ['evidence', 'http'],
    timeoutSeconds,
    async run(context) {
      const { configuration, environment } = context;
      const level = judgeComplianceLevel(configuration, environment, context.now());
      const selected = guardrailsIn(configuration, scope);
      const judged = await judgeGuardrails(context, selected);
      const findings = [...level.findings, ...withoutRules(configuration, selected, scope), ...judged.findings];
      const own = { guardrail: LEVEL_VARIABLE, result: level.result, severity: 'critical', state: level.result };
      const output = { scope, results: [own, ...judged.results] } as unknown as Json;
      return { ...result(findings, [level.evidence, ...judged.evidence]), output };
    },
  });
}

/** The audit runs every guardrail, so that none is judged on some days only. */
export function guardrailsIn({ guardrails }: Pick<Configuration, 'guardrails'>, scope: GuardrailScope): Guardrail[] {
  if (scope === 'audit') return guardrails;
  return guardrails.filter(({ scopes }) => scopes === undefined || scopes.includes(scope));
}

function withoutRules(
  { guardrails }: Pick<Configuration, 'guardrails'>,
  selected: readonly Guardrail[],
  scope: GuardrailScope,
): Observation[] {
  if (guardrails.length === 0) {
    return [
      unknown({
        code: 'no-guardrails',
        subject: 'guardrails',
        message: 'the configuration has no guardrails, so nothing is known of compliance',
        remedy: 'state at least one guardrail; docs/configuration.md lists the kinds',
      }),
    ];
  }
  if (selected.length > 0) return [];
  const words = {
    code: 'none-in-scope',
    subject: 'guardrails',
    remedy: `give a guardrail the scope ${scope} if it should run here`,
  };
  return [noted({ ...words, message: `none of ${guardrails.length} guardrails has the scope ${scope}` })];
}

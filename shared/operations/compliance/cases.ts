import type { Guardrail } from '../../domain/configuration/index.ts';
import {
  type Cover,
  coverOf,
  type EvidenceSource,
  type Gap,
  type Identify,
  identifierOf,
  type Outcome,
  Tally,
} from '../../domain/guardrails/index.ts';
import { digestOf } from '../../domain/json.ts';
import type { ComplianceContext } from './compliance-context.ts';

/** One guardrail on its way from the configuration to its outcome. */
export interface Case {
  readonly guardrail: Guardrail;
  readonly tally: Tally;
  readonly cover: Cover;
  readonly gaps: Gap[];
  /** Digest of each evidence that it was judged over. */
  readonly digests: Map<string, string>;
}

export function casesOf(context: ComplianceContext, selected: readonly Guardrail[]): Case[] {
  const isSingle = context.configuration.people.single_operator === true;
  return selected.map((guardrail) => {
    const cover = coverOf(guardrail, context.waivers, context.now(), isSingle);
    return { guardrail, cover, tally: new Tally(cover.covers), gaps: [], digests: new Map() };
  });
}

export const outcomeOf = ({ guardrail, tally, gaps, cover }: Case): Outcome => ({ guardrail, tally, gaps, cover });

/** Where the key of hashed ids comes from: the deployment's own, or one that is the same for the same deployment. */
export function piiKeyOf({ environment, configuration }: ComplianceContext): string {
  const { project_id, environment: name } = configuration.deployment;
  return (
    environment.HIGHNOON_PII_KEY || digestOf({ use: 'ids of records about people', project_id, environment: name })
  );
}

export function sourceOf(context: ComplianceContext, name: string): EvidenceSource | undefined {
  return Object.hasOwn(context.configuration.evidence, name) ? context.configuration.evidence[name] : undefined;
}

export const identifyIn = (context: ComplianceContext, name: string): Identify =>
  identifierOf(name, sourceOf(context, name), piiKeyOf(context));

/**
 * The catalog: phases, functions and metrics, the one truth that Terraform reads too. It is checked when this module is
 * loaded, so that no program runs under a catalog that contradicts itself.
 */
import metricsJson from '../catalog/metrics.json' with { type: 'json' };
import phasesJson from '../catalog/phases.json' with { type: 'json' };
import { catalogContradictions } from './catalog-rules.ts';
import {
  type Catalog,
  catalogSchema,
  type MetricCatalog,
  metricCatalogSchema,
  type Phase,
  type PhaseName,
} from './catalog-schema.ts';
import { explainMistakes } from './configuration/explain.ts';
import { issueMistakes } from './configuration/issues.ts';
import { type Mistake, type RawMistake, tell } from './configuration/mistake.ts';
import { UsageError } from './errors.ts';

export {
  type Catalog,
  type CatalogService,
  type DstPolicy,
  type FunctionLimits,
  type Metric,
  type MetricCatalog,
  type MetricLabel,
  PHASE_NAMES,
  type Phase,
  type PhaseName,
} from './catalog-schema.ts';

export type CatalogResult<Checked> =
  | { readonly ok: true; readonly catalog: Checked }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Checks the content of phases.json. Never throws; all mistakes at once. */
export function checkCatalog(raw: unknown): CatalogResult<Catalog> {
  const parsed = catalogSchema.safeParse(raw);
  if (!parsed.success) return failed(issueMistakes(parsed.error.issues, { tree: raw, root: catalogSchema }));
  const mistakes = catalogContradictions(parsed.data);
  return mistakes.length > 0 ? failed(mistakes) : { ok: true, catalog: parsed.data };
}

/** Checks the content of metrics.json. Never throws; all mistakes at once. */
export function checkMetrics(raw: unknown): CatalogResult<MetricCatalog> {
  const parsed = metricCatalogSchema.safeParse(raw);
  if (!parsed.success) return failed(issueMistakes(parsed.error.issues, { tree: raw, root: metricCatalogSchema }));
  return { ok: true, catalog: parsed.data };
}

function failed(mistakes: readonly RawMistake[]): { ok: false; mistakes: readonly Mistake[] } {
  return { ok: false, mistakes: mistakes.map(tell) };
}

function loaded<Checked>(result: CatalogResult<Checked>, fileName: string): Checked {
  if (!result.ok) throw new UsageError(explainMistakes(result.mistakes, fileName));
  return result.catalog;
}

export const catalog: Catalog = loaded(checkCatalog(phasesJson), 'shared/catalog/phases.json');
export const metricCatalog: MetricCatalog = loaded(checkMetrics(metricsJson), 'shared/catalog/metrics.json');

const byName: ReadonlyMap<string, Phase> = new Map(catalog.phases.map((phase) => [phase.name, phase]));
const byTarget: ReadonlyMap<string, Phase> = new Map(catalog.phases.map((phase) => [phase.target, phase]));

/** The phase of that name; undefined when the catalog has none. */
export function phaseNamed(name: PhaseName): Phase;
export function phaseNamed(name: string): Phase | undefined;
export function phaseNamed(name: string): Phase | undefined {
  return byName.get(name);
}

/** The phase that the function target runs; undefined when it runs none. */
export function phaseOfTarget(target: string): Phase | undefined {
  return byTarget.get(target);
}

export function isPhaseName(name: string): name is PhaseName {
  return byName.has(name);
}

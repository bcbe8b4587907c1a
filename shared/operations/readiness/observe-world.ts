import type { Evidence, Observation } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import type { Bindings } from '../../domain/ticket.ts';
import { observeDatasets } from '../data/observe-datasets.ts';
import type { ContextOf } from '../define-operation.ts';
import { observeRepositories } from '../repositories/observe-repositories.ts';
import { observeServices } from '../services/observe-services.ts';

export interface Observed {
  readonly bindings: Bindings;
  readonly evidence: readonly Evidence[];
  readonly findings: readonly Observation[];
}

/**
 * Everything that the go ticket binds, as it is now. The same look serves T-30, which writes it down, and noon, which
 * compares: what is not looked at here is not bound.
 */
export async function observeWorld(
  context: ContextOf<'datasets' | 'objects' | 'repositories' | 'services'>,
  ticketed?: Bindings,
): Promise<Observed> {
  const parts = [
    await observeRepositories(context, { ticketed }),
    await observeDatasets(context),
    await observeServices(context),
  ];
  const own: Record<string, Json> = { configuration: context.pins.configuration, code: context.pins.code };
  return {
    bindings: Object.assign(own, ...parts.map(({ bindings }) => bindings)) as Bindings,
    evidence: parts.flatMap(({ evidence }) => evidence),
    findings: parts.flatMap(({ findings }) => findings),
  };
}

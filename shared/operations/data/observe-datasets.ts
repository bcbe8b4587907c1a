import type { Configuration, Dataset } from '../../domain/configuration/index.ts';
import { type Evidence, fails, type Observation } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { PortMap } from '../../ports/port-map.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import { softness, subjectOf } from './judge-volume.ts';

export interface DatasetsObservation {
  /** Without those that could not be looked at: a finding says so. */
  readonly bindings: Record<string, Json>;
  readonly evidence: Evidence[];
  readonly findings: Observation[];
}

interface ObservingContext {
  readonly ports: Pick<PortMap, 'datasets'>;
  readonly configuration: Configuration;
  now(): Instant;
  readonly signal: AbortSignal;
}

/** What of each dataset the go ticket binds: the version that is staged, untouched since, and the one that is live. */
export async function observeDatasets(context: ObservingContext): Promise<DatasetsObservation> {
  const parts = await mapLimited(context.configuration.datasets, 8, (dataset) => observe(context, dataset));
  return {
    bindings: Object.assign({}, ...parts.map(({ bindings }) => bindings)) as Record<string, Json>,
    evidence: parts.flatMap(({ evidence }) => evidence),
    findings: parts.flatMap(({ findings }) => findings),
  };
}

async function observe(context: ObservingContext, dataset: Dataset): Promise<DatasetsObservation> {
  const subject = subjectOf(dataset);
  const { datasets } = context.ports;
  try {
    const [staged, live] = await Promise.all([
      datasets.pointer(dataset, 'staged', context.signal),
      datasets.pointer(dataset, 'live', context.signal),
    ]);
    const changed = staged.version === null ? [] : await changedParts(context, dataset, staged.version);
    const isWhole = changed !== 'gone' && changed.length === 0;
    const request = `staged and live pointer of ${dataset.name}, and the parts of what is staged`;
    const value = {
      staged: staged.version,
      live: live.version,
      changedParts: changed === 'gone' ? null : changed.length,
    };
    return {
      bindings: {
        // A batch that was written over is not the one that its digest names, and must not look like it.
        [`${subject}/staged`]: isWhole ? staged.version : `altered:${staged.version}`,
        [`${subject}/live`]: live.version,
      },
      evidence: [{ subject, request, observedAt: context.now(), value }],
      findings: isWhole ? [] : [altered(dataset, changed)],
    };
  } catch (error) {
    const finding = cannotTell(error, subject, 'its pointers cannot be read', softness(dataset));
    return { bindings: {}, evidence: [], findings: [finding] };
  }
}

async function changedParts(
  context: ObservingContext,
  dataset: Dataset,
  version: string,
): Promise<readonly string[] | 'gone'> {
  const { datasets } = context.ports;
  const manifest = await datasets.manifest(dataset, version, context.signal);
  return manifest === undefined ? 'gone' : datasets.changedParts(dataset, version, context.signal);
}

/** Never soft: what is staged goes live at noon, whether or not a go waits for it. */
function altered(dataset: Dataset, changed: readonly string[] | 'gone'): Observation {
  const what = changed === 'gone' ? 'its manifest is gone' : `${changed.length} parts were written again or are gone`;
  return fails({
    code: 'batch-altered',
    subject: subjectOf(dataset),
    message: `the staged version is not what was staged: ${what}`,
    remedy: 'find out who wrote there; rerun t-90-prep to stage again, then t-30-final-check',
  });
}

import type { Dataset } from '../../domain/configuration/index.ts';
import { type Evidence, fails, noted, type Observation, result, unknown } from '../../domain/finding.ts';
import type { BatchManifest } from '../../ports/datasets.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { mapLimited } from '../support/map-limited.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { rulesFor } from './decide-staging.ts';
import { judgeParity } from './judge-parity.ts';
import { dropOf, judgeFreshness, judgeVolume, softness, subjectOf } from './judge-volume.ts';
import { type Measured, measureVersion } from './measure-version.ts';

type Context = ContextOf<'datasets'>;

interface Verified {
  readonly dataset: Dataset;
  readonly version: string | null;
  /** Undefined when the version could not be measured. */
  readonly measured: Measured | undefined;
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
}

export const verifyDataIntegrity = defineOperation({
  name: 'verify-data-integrity',
  claim: 'every staged version is, byte for byte, the batch that was staged, complete, without duplicates and fresh',
  kind: 'check',
  failure: 'hard',
  needs: ['datasets'],
  timeoutSeconds: 300,
  async run(context) {
    const { datasets } = context.configuration;
    if (datasets.length === 0) return nothingConfigured(context, 'datasets');
    const verified = await mapLimited(datasets, 2, (dataset) => verify(context, dataset));
    const rows = new Map(verified.map(({ dataset, measured }) => [dataset.name, measured?.rows]));
    const findings = verified.flatMap(({ dataset, findings }) => [...findings, ...judgeParity(dataset, rows)]);
    const output = verified.map(({ dataset, version, measured }) => [
      dataset.name,
      { version, rows: measured?.rows ?? null, newest: measured?.newest ?? null },
    ]);
    return {
      ...result(
        findings,
        verified.flatMap(({ evidence }) => evidence),
      ),
      output: { datasets: Object.fromEntries(output) },
    };
  },
});

async function verify(context: Context, dataset: Dataset): Promise<Verified> {
  const base = { subject: subjectOf(dataset), ...softness(dataset) };
  const nothing = (version: string | null, finding: Observation): Verified => ({
    dataset,
    version,
    measured: undefined,
    findings: [finding],
    evidence: [],
  });
  try {
    const { version } = await context.ports.datasets.pointer(dataset, 'staged', context.signal);
    if (version === null) {
      const remedy = 'deliver a batch, then rerun t-90-prep';
      return nothing(null, unknown({ ...base, code: 'nothing-staged', message: 'no version is staged', remedy }));
    }
    const manifest = await context.ports.datasets.manifest(dataset, version, context.signal);
    if (manifest !== undefined) return await verifyVersion(context, dataset, version, manifest);
    const message = `the manifest of the staged version ${version} is gone`;
    return nothing(version, fails({ ...base, code: 'manifest-gone', message, remedy: RESTAGE }));
  } catch (error) {
    return nothing(null, cannotTell(error, base.subject, 'what is staged cannot be read', softness(dataset)));
  }
}

const RESTAGE = 'find out who wrote there; rerun t-90-prep to stage again, then t-30-final-check';

async function verifyVersion(
  context: Context,
  dataset: Dataset,
  version: string,
  manifest: BatchManifest,
): Promise<Verified> {
  const { datasets } = context.ports;
  const live = await datasets.pointer(dataset, 'live', context.signal);
  const liveRows =
    live.version === null ? null : (await datasets.statistics(dataset, live.version, context.signal)).rows;
  const measured = await measureVersion(datasets, dataset, manifest, rulesFor(context, dataset), context.signal);
  const { clock_skew_s } = context.configuration.deployment;
  const findings = [
    ...judgeBytes(dataset, manifest, measured),
    ...judgeRows(dataset, measured),
    ...judgeVolume(dataset, measured, liveRows),
    ...(liveRows === null ? [firstVersion(dataset)] : []),
    ...(measured.rows === 0 ? [] : judgeFreshness(dataset, measured.newest, context.now(), clock_skew_s)),
  ];
  const { rows, duplicates, newest } = measured;
  const evidence: Evidence = {
    subject: subjectOf(dataset),
    request: `${manifest.parts.length} parts of the staged version ${version}, read to their ends`,
    observedAt: context.now(),
    value: { rows, duplicates, newest, liveRows, dropPct: Math.round(dropOf(rows, liveRows) * 100) / 100 },
    digest: `sha256:${measured.sha256}`,
    ...(dataset.max_age_h === null ? {} : { maxAgeSeconds: dataset.max_age_h * 3600 }),
  };
  return { dataset, version, measured, findings, evidence: [evidence] };
}

/** Never soft: altered bytes are no lack of data but a hand in it, and what is staged goes live. */
function judgeBytes(dataset: Dataset, manifest: BatchManifest, measured: Measured): Observation[] {
  const { alteredParts, sha256, rows } = measured;
  if (alteredParts.length === 0 && sha256 === manifest.sha256 && rows === manifest.rows) return [];
  const message = `parts ${alteredParts.join(', ')} of ${manifest.parts.length} are not the bytes that were staged (${rows} rows where the manifest has ${manifest.rows})`;
  return [fails({ code: 'digest-mismatch', subject: subjectOf(dataset), message, remedy: RESTAGE })];
}

/** Staged rows were good by the rules of T-90; a row that is not now was altered, or the rules were. */
function judgeRows(dataset: Dataset, { reasons }: Measured): Observation[] {
  const told = Object.entries(reasons).map(([reason, rows]) => `${reason} ${rows}`);
  if (told.length === 0) return [];
  const words = { code: 'bad-rows', subject: subjectOf(dataset), remedy: RESTAGE, ...softness(dataset) };
  return [fails({ ...words, message: `staged rows break the rules: ${told.join(', ')}`, facts: { reasons } })];
}

const firstVersion = (dataset: Dataset): Observation =>
  noted({
    code: 'first-version',
    subject: subjectOf(dataset),
    message: 'nothing is live yet, so there is nothing to compare the number of rows with',
    remedy: 'none needed; the next batch is compared with this one',
  });

import type { Dataset } from '../../domain/configuration/index.ts';
import { chainSlot } from '../../domain/day.ts';
import { type Evidence, fails, noted, type Observation, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { BatchManifest, IncomingBatch, VersionStatistics } from '../../ports/datasets.ts';
import type { ContextOf } from '../define-operation.ts';
import { batchContent } from './batch-content.ts';
import { type RowRules, rowRules, rulesDigest } from './judge-row.ts';
import { judgeFreshness, judgeVolume, softness, subjectOf } from './judge-volume.ts';
import { type PointerMove, placesOf } from './move-pointer.ts';
import { type ScannedBatch, scanBatch } from './scan-batch.ts';

type Context = ContextOf<'datasets'>;

/** What T-90 makes of one dataset. */
export interface Staging {
  readonly move: PointerMove;
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
  readonly output: Json;
}

interface Situation {
  readonly context: Context;
  readonly dataset: Dataset;
  readonly incoming: IncomingBatch | undefined;
  readonly staged: string | null;
  readonly live: string | null;
  readonly liveStatistics: VersionStatistics | null;
}

/** A row may be as young as the noon it is for: a limit that is the same in every stretch and attempt of the day. */
export function rulesFor(context: Context, dataset: Dataset): RowRules {
  const { clock_skew_s } = context.configuration.deployment;
  return rowRules(dataset, plusSeconds(chainSlot('high-noon-sync', context.date).dueAt, clock_skew_s));
}

/** Looks at what arrived and says where the staged pointer goes and what is written for it. Changes nothing. */
export async function decideStaging(context: Context, dataset: Dataset): Promise<Staging> {
  const { datasets } = context.ports;
  const { signal } = context;
  const [incoming, staged, live] = await Promise.all([
    datasets.incoming(dataset, signal),
    datasets.pointer(dataset, 'staged', signal),
    datasets.pointer(dataset, 'live', signal),
  ]);
  const liveStatistics = live.version === null ? null : await datasets.statistics(dataset, live.version, signal);
  const versions = { staged: staged.version, live: live.version };
  const situation = { context, dataset, incoming, liveStatistics, ...versions };
  const known = { generation: incoming?.generation, rules: rulesDigest(dataset) };
  if (incoming === undefined || isMadeFrom(liveStatistics?.madeFrom, known)) return carryForward(situation);
  const manifest = staged.version === null ? undefined : await datasets.manifest(dataset, staged.version, signal);
  const isStaged = isMadeFrom(manifest && { generation: manifest.source.generation, rules: manifest.rules }, known);
  if (manifest !== undefined && staged.version !== null && isStaged) {
    const changed = await datasets.changedParts(dataset, staged.version, signal);
    if (changed.length === 0) return staging(situation, manifest, staged.version, undefined, []);
  }
  return fromScan(situation, incoming);
}

type MadeFrom = { readonly generation: string | undefined; readonly rules: string };
const isMadeFrom = (found: MadeFrom | null | undefined, wanted: MadeFrom): boolean =>
  found?.generation === wanted.generation && found?.rules === wanted.rules;

async function fromScan(situation: Situation, incoming: IncomingBatch): Promise<Staging> {
  const { context, dataset, liveStatistics } = situation;
  const rules = rulesFor(context, dataset);
  const named = { name: dataset.name, rows: rules, digest: rulesDigest(dataset) };
  const batch = await scanBatch(context.ports.datasets, incoming, named, { signal: context.signal });
  const refusals = refusalsOf(dataset, batch, liveStatistics);
  if (refusals.length > 0) return refuse(situation, batch, refusals);
  const mock = batch.mockRows === 0 ? [] : [mockNoted(dataset, batch)];
  return staging(situation, batch.manifest, batch.version, batchContent(context.ports.datasets, batch, rules), mock);
}

/** Why a batch is not staged at all. A dataset that does not hold up a go must not go live in a bad state either. */
function refusalsOf(dataset: Dataset, batch: ScannedBatch, live: VersionStatistics | null): Observation[] {
  const base = { subject: subjectOf(dataset), ...softness(dataset) };
  const { rows, quarantined } = batch.manifest;
  if (dataset.reject_if_mock && batch.mockRows > 0) {
    const message = `${batch.mockRows} of ${rows + quarantined.rows} rows say of themselves that they are mock data`;
    const remedy = 'switch the source to real data, deliver again, and rerun t-90-prep';
    return [unknown({ ...base, code: 'mock-batch', message, remedy })];
  }
  if (rows === 0 && quarantined.rows > 0) {
    const message = `not one of ${quarantined.rows} rows is good: ${told(batch.manifest)}`;
    const remedy = 'mend the source or the rules of the dataset, deliver again, and rerun t-90-prep';
    return [fails({ ...base, code: 'no-good-rows', message, remedy })];
  }
  if (rows > 0 && dataset.required_for_go) return [];
  return judgeVolume(dataset, { rows, duplicates: batch.duplicates }, live?.rows ?? null);
}

function refuse(situation: Situation, batch: ScannedBatch, refusals: readonly Observation[]): Staging {
  const carried = carryForward(situation);
  const evidence = scanEvidence(situation, batch.manifest, null);
  return { ...carried, findings: [...refusals, ...carried.findings], evidence: [evidence, ...carried.evidence] };
}

function staging(
  situation: Situation,
  manifest: BatchManifest,
  version: string,
  content: PointerMove['content'],
  more: readonly Observation[],
): Staging {
  const { context, dataset, staged } = situation;
  const { rows, quarantined, newest } = manifest;
  const findings = [
    ...more,
    ...(quarantined.rows === 0 ? [] : [quarantineNoted(dataset, manifest)]),
    ...judgeFreshness(dataset, newest, context.now(), context.configuration.deployment.clock_skew_s),
  ];
  const move = { places: placesOf(dataset), which: 'staged', from: staged, to: version } as const;
  return {
    move: content === undefined ? move : { ...move, content },
    findings,
    evidence: [scanEvidence(situation, manifest, version)],
    output: { version, rows, quarantined: quarantined.rows, newest, carried: false },
  };
}

/** No new batch to stage: noon keeps what is live, and its age is judged like any other. */
function carryForward(situation: Situation): Staging {
  const { context, dataset, incoming, staged, live, liveStatistics } = situation;
  const base = { subject: subjectOf(dataset), ...softness(dataset) };
  const findings: Observation[] = [];
  if (live === null || liveStatistics === null) {
    const message = `nothing can be staged from ${dataset.incoming_uri}, and nothing is live`;
    findings.push(
      unknown({ ...base, code: 'no-batch', message, remedy: 'deliver a batch there, then rerun t-90-prep' }),
    );
  } else {
    const message = `no new batch is staged; the live version ${live} is carried forward`;
    findings.push(noted({ ...base, code: 'carried-forward', message, remedy: 'deliver a batch if one was due' }));
    const { clock_skew_s } = context.configuration.deployment;
    findings.push(...judgeFreshness(dataset, liveStatistics.newest, context.now(), clock_skew_s));
  }
  const value = { incoming: incoming?.generation ?? null, live, rows: liveStatistics?.rows ?? null };
  const request = `newest batch in ${dataset.incoming_uri}, and the live pointer`;
  return {
    move: { places: placesOf(dataset), which: 'staged', from: staged, to: live },
    findings,
    evidence: [{ subject: base.subject, request, observedAt: context.now(), value }],
    output: { version: live, rows: value.rows, quarantined: 0, newest: liveStatistics?.newest ?? null, carried: true },
  };
}

function scanEvidence({ context, dataset }: Situation, manifest: BatchManifest, version: string | null): Evidence {
  const { rows, quarantined, newest, nullRates, source } = manifest;
  const evidence: Evidence = {
    subject: subjectOf(dataset),
    request: `${source.parts.length} objects in ${dataset.incoming_uri}, batch ${source.generation}`,
    observedAt: context.now(),
    value: { rows, quarantined: quarantined.rows, reasons: quarantined.reasons, newest, nullRates },
  };
  const aged = dataset.max_age_h === null ? evidence : { ...evidence, maxAgeSeconds: dataset.max_age_h * 3600 };
  return version === null ? aged : { ...aged, digest: version };
}

function quarantineNoted(dataset: Dataset, manifest: BatchManifest): Observation {
  const { rows, quarantined } = manifest;
  return noted({
    code: 'rows-quarantined',
    subject: subjectOf(dataset),
    message: `${quarantined.rows} of ${rows + quarantined.rows} rows were set aside: ${told(manifest)}`,
    remedy: `read them under quarantine/ in ${dataset.staged_uri} and mend them at the source`,
    facts: { quarantined: quarantined.rows, reasons: quarantined.reasons },
  });
}

const mockNoted = (dataset: Dataset, { mockRows }: ScannedBatch): Observation =>
  noted({
    code: 'mock-rows',
    subject: subjectOf(dataset),
    message: `${mockRows} rows say of themselves that they are mock data`,
    remedy: 'set `reject_if_mock` to refuse such batches',
  });

const told = ({ quarantined }: BatchManifest): string =>
  Object.entries(quarantined.reasons)
    .map(([reason, rows]) => `${reason} ${rows}`)
    .join(', ');

import { UsageError } from '../../../shared/domain/errors.ts';
import type { Observation } from '../../../shared/domain/finding.ts';
import { noted } from '../../../shared/domain/finding.ts';
import { judgeAge } from '../../../shared/operations/snapshots/check-freshness.ts';
import { withEnvironment } from '../../../shared/operations/snapshots/environment-source.ts';
import { damage } from '../../../shared/operations/snapshots/explain-damage.ts';
import { judgeCollection, schemaFindings } from '../../../shared/operations/snapshots/judge-collection.ts';
import { nameHashed } from '../../../shared/operations/snapshots/name-hashed.ts';
import { snapshotCollections } from '../../../shared/operations/snapshots/seal-snapshot.ts';
import { snapshotLevels } from '../../../shared/operations/snapshots/snapshot-levels.ts';
import { instantOfId, listStatuses, writeStatus } from '../../../shared/operations/snapshots/snapshot-status.ts';
import { encryptionOf, planOf, storeOf } from '../../../shared/operations/snapshots/snapshot-store.ts';
import { TURNS, turnAt } from '../../../shared/operations/snapshots/verify-integrity.ts';
import type { SnapshotWorld } from '../../../shared/runtime/local-snapshots.ts';
import {
  createSnapshot,
  findManifest,
  IntegrityError,
  type Manifest,
  snapshotIdAt,
  verifySnapshots,
} from '../../../shared/snapshots/index.ts';

export interface Made {
  readonly manifest: Manifest;
  readonly state: 'captured' | 'valid';
  readonly findings: readonly Observation[];
}

/**
 * One snapshot by hand, captured, read again and judged as the phase would do it. Only how old the records are blocks
 * nothing here: whoever asks for a snapshot of a store that stands still wants that one. A collection that lost all its
 * records, and a memory without any, are not what anybody wants to find valid. Throws UsageError when there
 * is a snapshot of that moment: it shows the memory as it was then, and given back it would pass for what is there now.
 */
export async function createByHand(world: SnapshotWorld, tags: readonly string[]): Promise<Made> {
  const store = storeOf(world);
  const at = world.now();
  const id = snapshotIdAt(at);
  if ((await findManifest(store, id)) !== undefined)
    throw new UsageError(`snapshots create: ${id} exists already; nothing was captured; name another --at`);
  const manifest = await capture(world, (await listStatuses(store)).find((each) => each.at < at)?.id);
  const findings: Observation[] = [];
  const report = await verifySnapshots({
    ...store,
    ids: [manifest.id],
    readData: { turn: turnAt(at), of: TURNS },
  });
  findings.push(...report.problems.map(damage));
  if (report.problems.length === 0) findings.push(...(await judgeRecords(world, manifest)));
  const isGood = !findings.some(({ state, soft }) => state !== 'noted' && soft !== true);
  const state = isGood ? ('valid' as const) : ('captured' as const);
  const record = { id: manifest.id, at: instantOfId(manifest.id), state, judgedAt: at, by: 'a person' };
  const detail = { findings: findings.map(({ code, subject }) => `${subject}/${code}`) };
  await writeStatus(store, { ...record, detail }, { tags: ['manual', ...tags] });
  const levels = await snapshotLevels(store);
  await world.documents.transact(async (transaction) => transaction.set('counters/snapshots', levels));
  return { manifest, state, findings };
}

async function capture(world: SnapshotWorld, parent: string | undefined): Promise<Manifest> {
  const { memory } = world.configuration;
  const at = world.now();
  const once = (upon: string | undefined) =>
    createOnce(world, {
      at,
      id: snapshotIdAt(at),
      collections: snapshotCollections(memory).map(planOf),
      ...(upon === undefined ? {} : { parent: upon }),
    });
  try {
    return await once(parent);
  } catch (error) {
    // A damaged chain is not continued: the snapshot is made whole.
    if (!(error instanceof IntegrityError) || parent === undefined) throw error;
    return once(undefined);
  }
}

async function createOnce(
  world: SnapshotWorld,
  what: Pick<Parameters<typeof createSnapshot>[0], 'at' | 'id' | 'collections' | 'parent'>,
): Promise<Manifest> {
  const { configuration, environment, ports } = world;
  const result = await createSnapshot({
    ...storeOf(world),
    ...(await encryptionOf(world)),
    ...what,
    readTime: `${what.at.slice(0, 16)}:00.000Z`,
    source: withEnvironment(ports.memory, configuration.memory, environment),
    now: world.now(),
    budget: () => true,
    onCursor: async () => {},
  });
  if (result.status === 'complete') return result.manifest;
  throw new Error('a snapshot without a budget cannot pause');
}

async function judgeRecords(world: SnapshotWorld, { id, parent, collections }: Manifest): Promise<Observation[]> {
  const store = storeOf(world);
  const findings: Observation[] = [];
  const known = new Set(world.configuration.memory.map(({ collection }) => collection));
  const isWhollyEmpty = collections.every(({ name, documents }) => documents === 0 || !known.has(name));
  const before = parent === null ? undefined : await findManifest(store, parent);
  for (const collection of snapshotCollections(world.configuration.memory)) {
    const name = collection.collection;
    const tally = await judgeCollection(store, id, collection, nameHashed(world));
    findings.push(...schemaFindings(tally, collection));
    if (!known.has(name)) continue;
    const hadRecords = (before?.manifest.collections.find((one) => one.name === name)?.documents ?? 0) > 0;
    for (const finding of judgeAge(collection, tally, world.now()))
      findings.push(isWhollyEmpty || (hadRecords && finding.code === 'empty') ? finding : aged(finding));
  }
  return findings;
}

/** Age is told and blocks nothing, and so is a collection that nobody has filled yet; what was not read stays unknown. */
function aged(finding: Observation): Observation {
  const { code, subject, message, remedy, severity } = finding;
  return code === 'not-read' ? finding : noted({ code, subject, message, remedy, severity });
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunMode } from '../../../shared/domain/operation.ts';
import { rehearseRecovery } from '../../../shared/operations/risk/rehearse-recovery.ts';
import { writeStatus } from '../../../shared/operations/snapshots/snapshot-status.ts';
import type { ObjectsPort } from '../../../shared/ports/objects.ts';
import type { RepositoriesPort } from '../../../shared/ports/repositories.ts';
import { KEY, step, World } from '../../snapshots/support/world.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { createContext } from '../../support/operation-context.ts';
import { judged } from './judge.ts';
import { storedPast } from './past-world.ts';

const SUNDAY = '2026-11-24T12:00:00.000Z';
const SCRATCH = 'gs://snapshots/scratch/';

async function snapshot(state: 'valid' | 'captured', isEncrypted = true): Promise<World> {
  const world = new World(5).fill(900);
  world.isEncrypted = isEncrypted;
  if (!isEncrypted) world.collections = [{ name: 'events' }, { name: 'people' }];
  const { id } = await world.create(step(0));
  await writeStatus(world.store, { id, at: step(0), state, judgedAt: step(0), by: 'test', detail: null });
  return world;
}

function contextOf(world: World, change: { mode?: RunMode; objects?: ObjectsPort } = {}) {
  const repositories = {
    listRefs: async () => ({ refs: new Map(), peeled: new Map(), capabilities: new Set(['atomic']) }),
    readFence: async () => undefined,
  } as unknown as RepositoriesPort;
  return createContext({
    ports: {
      objects: change.objects ?? world.objects,
      // No noon did anything, so that there is only the snapshot to rehearse.
      history: storedPast({ from: '2026-11-22', until: SUNDAY }),
      keys: { key: async () => KEY },
      repositories,
      datasets: {} as never,
      services: {} as never,
    },
    configuration: sampleConfiguration('snapshots: {uri: "gs://snapshots/"}'),
    phase: 'weekly-risk-review',
    dueAt: SUNDAY,
    mode: change.mode ?? 'run',
  });
}
const scratchOf = async (objects: ObjectsPort): Promise<string[]> => {
  const found: string[] = [];
  for await (const { uri } of objects.list(SCRATCH)) found.push(uri);
  return found;
};
const aboutSnapshots = (bad: readonly string[]) => bad.filter((one) => !one.startsWith('rollback/'));

describe('rehearse-recovery', () => {
  for (const isEncrypted of [true, false])
    it(`restores the newest valid snapshot, compares it and leaves nothing behind, ${isEncrypted ? 'encrypted' : 'open'}`, async () => {
      const world = await snapshot('valid', isEncrypted);
      const context = contextOf(world);
      const { bad, output } = await judged(rehearseRecovery, context);
      assert.deepEqual(aboutSnapshots(bad), []);
      assert.equal((output as { restore: { documents: number } }).restore.documents, 900);
      assert.deepEqual(await scratchOf(world.objects), []);
      assert.equal(context.applied.length, 4, 'each collection is restored and removed, each as an effect');
    });

  it('never puts plain text into scratch', async () => {
    const world = await snapshot('valid', false);
    const written: Buffer[] = [];
    const objects = watching(world.objects, (uri, bytes) => {
      if (uri.startsWith(SCRATCH)) written.push(bytes);
    });
    await judged(rehearseRecovery, contextOf(world, { objects }));
    const all = Buffer.concat(written);
    assert.ok(all.length > 10_000);
    assert.ok(!all.includes('and then'), 'every document of the world holds these words');
  });

  it('fails when one byte of what was restored is another', async () => {
    const world = await snapshot('valid');
    const objects = damaging(world.objects);
    const { find, verdict } = await judged(rehearseRecovery, contextOf(world, { objects }));
    assert.equal(verdict, 'failed');
    assert.equal(find('restore-differs').severity, 'critical');
    assert.deepEqual(await scratchOf(world.objects), []);
  });

  it('fails a snapshot whose chunks are damaged', async () => {
    const world = await snapshot('valid');
    for (const [uri, { bytes }] of world.objects.stored) if (uri.includes('/packs/')) bytes[40] = (bytes[40] ?? 0) ^ 1;
    const { find, verdict } = await judged(rehearseRecovery, contextOf(world));
    assert.equal(verdict, 'failed');
    assert.equal(find('damaged').severity, 'critical');
  });

  it('calls it a finding when nothing was rehearsed', async () => {
    const world = await snapshot('captured');
    const { find, verdict } = await judged(rehearseRecovery, contextOf(world));
    assert.equal(find('not-run').subject, 'snapshots');
    assert.match(find('not-run').message, /1 snapshots are stored, none of them valid/);
    assert.equal(find('not-run').verdict, 'inconclusive');
    assert.equal(verdict, 'inconclusive');
  });

  it('calls it a finding when no rollback was rehearsed, although the restore was', async () => {
    const world = await snapshot('valid');
    const { findings } = await judged(rehearseRecovery, contextOf(world));
    assert.ok(
      findings.some(({ subject, code, state }) => subject === 'rollback' && code === 'not-run' && state === 'unknown'),
    );
  });

  it('reads and writes nothing in a dry-run', async () => {
    const world = await snapshot('valid');
    let writes = 0;
    const objects = watching(world.objects, () => {
      writes += 1;
    });
    const { findings } = await judged(rehearseRecovery, contextOf(world, { mode: 'dry-run', objects }));
    assert.equal(writes, 0);
    assert.ok(findings.some(({ code }) => code === 'read-only'));
  });

  it('takes away what an earlier rehearsal left behind', async () => {
    const world = await snapshot('valid');
    world.objects.now = '2026-11-23T00:00:00.000Z';
    await world.objects.write(`${SCRATCH}dead/events`, Buffer.from('left'), { when: 'absent' });
    await judged(rehearseRecovery, contextOf(world));
    assert.deepEqual(await scratchOf(world.objects), []);
  });
});

function watching(objects: ObjectsPort, onWrite: (uri: string, bytes: Buffer) => void): ObjectsPort {
  return changed(objects, {
    async write(uri, body, options) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body instanceof Uint8Array ? [body] : body) chunks.push(chunk);
      onWrite(uri, Buffer.concat(chunks));
      return objects.write(uri, Buffer.concat(chunks), options);
    },
  });
}

/** Gives the last byte of what stands in scratch wrong. */
function damaging(objects: ObjectsPort): ObjectsPort {
  return changed(objects, {
    async *read(uri, options) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of objects.read(uri, options)) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (uri.startsWith(SCRATCH)) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      yield bytes;
    },
  });
}

function changed(objects: ObjectsPort, change: Partial<ObjectsPort>): ObjectsPort {
  return {
    stat: (uri) => objects.stat(uri),
    read: (uri, options) => objects.read(uri, options),
    write: (uri, body, options) => objects.write(uri, body, options),
    list: (prefix) => objects.list(prefix),
    remove: (uri, generation) => objects.remove(uri, generation),
    update: (uri, update) => objects.update(uri, update),
    ...change,
  };
}

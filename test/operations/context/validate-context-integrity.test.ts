import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { emptyDay } from '../../../shared/domain/day.ts';
import { validateContextIntegrity } from '../../../shared/operations/context/validate-context-integrity.ts';
import type { ContextOptions } from '../../support/operation-context.ts';
import {
  COPY,
  judged,
  makeWorld,
  pastCheckpoint,
  present,
  RELEASE,
  said,
  type World,
} from '../repositories/support.ts';
import { type Stored, storeManifest } from './support.ts';

const PATH = 'highnoon/context_manifest.yaml';
const T90 = 't-90-prep@2026-11-24T10:30Z';

describe('validate-context-integrity', () => {
  let world: World;
  let manifest: Stored;
  let heads: { alpha: string; beta: string };
  beforeEach(async () => {
    world = await makeWorld({ keys: { beta: 'required: false' } });
    heads = { alpha: await world.commit('alpha'), beta: await world.commit('beta') };
    manifest = await storeManifest(world, heads);
  });
  afterEach(() => world.close());

  const run = (options: ContextOptions = {}) =>
    validateContextIntegrity.run(
      world.context({ phase: 't-30-final-check', dueAt: '2026-11-24T11:30:00.000Z', ...later(), ...options }),
    );
  const later = (adopted = false) => ({ lastKnownGood: { adopted, manifest: manifest.digest, commits: heads } });
  const copy = (name: string, text = manifest.text) => world.commit(name, { ref: COPY, files: { [PATH]: text } });

  it('passes with a receipt for the manifest and for each copy', async () => {
    await copy('alpha');
    await copy('beta');
    const outcome = await run();
    assert.deepEqual(judged(outcome), []);
    assert.deepEqual(
      outcome.evidence.map(({ subject, digest }) => [subject, digest]),
      ['context/manifest', 'repositories/alpha/context', 'repositories/beta/context'].map((s) => [s, manifest.digest]),
    );
  });

  it('degrades for absent copies until the first good noon, and fails for them later', async () => {
    const soft = ['fails no-copy repositories/alpha/context (soft)', 'fails no-copy repositories/beta/context (soft)'];
    assert.deepEqual(judged(await run(later(true))), soft);
    assert.deepEqual(judged(await run({ lastKnownGood: { commits: {} } })), soft);
    assert.deepEqual(judged(await run()), ['fails no-copy repositories/alpha/context', soft[1]]);
  });

  it('fails for a copy that differs, even on the first day, and for a branch without the file', async () => {
    await copy('alpha', `${manifest.text}# changed\n`);
    await copy('beta');
    assert.deepEqual(judged(await run(later(true))), ['fails copy-differs repositories/alpha/context']);
    await world.commit('alpha', { ref: COPY, parent: null, files: { 'other.txt': 'x' } });
    assert.deepEqual(judged(await run()), ['fails no-copy repositories/alpha/context']);
  });

  it('cannot tell without a manifest', async () => {
    world.ports.objects = Object.assign(Object.create(world.objects), { stat: () => Promise.resolve(undefined) });
    assert.deepEqual(said(await run()), ['unknown missing context/manifest']);
  });

  it('cannot tell about a repository that it cannot read', async () => {
    await copy('alpha');
    await copy('beta');
    await world.git('alpha', ['config', 'core.repositoryformatversion', '99']);
    assert.equal(judged(await run()).length, 1);
    assert.match(present(judged(await run())[0]), /^unknown \S+ repositories\/alpha\/context$/);
  });

  describe('since T-90', () => {
    const summary = { slotId: T90, phase: 't-90-prep' as const, attempt: 2, status: 'concluded' as const };
    const rest = {
      ending: 'passed' as const,
      verdict: 'passed' as const,
      exitCode: 0 as const,
      dueAt: '',
      startedAt: null,
    };
    const more = { concludedAt: null, latenessSeconds: 0, reason: '', opensGate: true };
    const day = { ...emptyDay('2026-11-24'), slots: { [T90]: { ...summary, ...rest, ...more } } };

    async function after(then: { manifest?: string } = {}) {
      await copy('alpha');
      await copy('beta');
      world.past.checkpoints = [
        pastCheckpoint('adopt-context', { manifest: then.manifest ?? manifest.digest, adopted: false }),
        pastCheckpoint('check-trinity-status', {
          repositories: {
            alpha: { head: heads.alpha, releaseRef: null },
            beta: { head: heads.beta, releaseRef: null },
          },
        }),
      ];
    }

    it('lists what moved, and judges commits by that no worse', async () => {
      await after();
      assert.deepEqual(said(await run({ day })), []);
      await world.commit('alpha', { message: 'meanwhile' });
      await world.setRef('beta', RELEASE, heads.beta);
      assert.deepEqual(said(await run({ day })), [
        'noted head-moved repositories/alpha',
        'noted release-ref-moved repositories/beta',
      ]);
    });

    it('fails when the manifest itself was written again', async () => {
      await after({ manifest: `sha256:${'0'.repeat(64)}` });
      assert.deepEqual(said(await run({ day })), ['fails manifest-moved context/manifest']);
    });

    it('says so when there is nothing to compare with', async () => {
      await after();
      assert.deepEqual(said(await run()), ['noted no-comparison context/manifest']);
    });
  });
});

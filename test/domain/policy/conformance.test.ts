import assert from 'node:assert/strict';
import { test } from 'node:test';
import { celCases, isMet } from './cel-cases.ts';
import { library, ours, showSpec } from './cel-engines.ts';

/** Suites that only extend the language; the parsing library has none of them, and neither do policies. */
const EXTENSIONS = new Set(['bindings_ext', 'block_ext', 'encoders_ext', 'macros2', 'math_ext', 'optionals']);

const judged = celCases()
  .filter(({ needsMessages }) => !needsMessages)
  .map(({ suite, name, test: celTest }) => ({
    suite,
    name,
    ours: isMet(celTest, ours(celTest), showSpec),
    library: isMet(celTest, library(celTest), showSpec),
  }));

test('every public CEL case that @bufbuild/cel passes, policies pass too', (context) => {
  const count = (key: 'ours' | 'library') => judged.filter((each) => each[key]).length;
  context.diagnostic(
    `${judged.length} cases without messages: ours ${count('ours')}, @bufbuild/cel ${count('library')}`,
  );
  const lost = judged.filter((each) => each.library && !each.ours).map(({ name }) => name);
  assert.deepEqual(lost, []);
  assert.ok(judged.length >= 1_700, `only ${judged.length} cases were found`);
  assert.ok(count('library') >= 1_300, `only ${count('library')} cases pass in the library: is the comparison broken?`);
});

test('of the core language, all public cases pass but those on quoted fields and types alone', (context) => {
  const core = judged.filter(({ suite }) => !EXTENSIONS.has(suite));
  const failing = core.filter((each) => !each.ours).map(({ name }) => name);
  context.diagnostic(`${core.length} core cases, ${failing.length} fail`);
  assert.deepEqual(
    failing.filter((name) => !/^(fields\/quoted_map_fields|type_deductions)\//.test(name)),
    [],
  );
});

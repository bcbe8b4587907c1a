import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CelInput, celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import fc from 'fast-check';
import { PolicyError } from '../../../shared/domain/policy/errors.ts';
import { compileRaw } from '../../../shared/domain/policy/program.ts';
import { show } from './cel-engines.ts';

const BINDINGS = {
  o: { n: 3n, d: 1.5, t: 'text', b: true, z: null, list: [1n, 2n, 2.5, 'a'], map: { k: 1n, n: null } },
  i: -7n,
  l: [3n, 1n, 0n],
};
const environment = celEnv({ funcs: [...strings] });

const leaf = fc.constantFrom(
  ...['0', '1', '-1', '2u', '1.5', '-0.0', '9223372036854775807', '-9223372036854775808', "''", "'a'", "'text'"],
  ...['true', 'false', 'null', '[]', '{}', "b'a'", "{'k': 1}", '[1, 2.0]', 'i', 'l', 'x'],
  ...[
    'o.n',
    'o.d',
    'o.t',
    'o.b',
    'o.z',
    'o.list',
    'o.map',
    'o.missing',
    'o.map.k',
    'missing',
    'has(o.n)',
    'has(o.map.q)',
  ],
  ...["duration('90s')", "timestamp('2026-11-23T12:00:00Z')", 'int', "type('a')"],
);

/** The library indexes lists by bool too, and reads numbers from texts that are none; there it is not the measure. */
const index = fc.constantFrom('0', '1', '2u', '1.0', '0.5', '-1', "'k'", 'i', 'o.n', 'o.t', 'null', 'x', 'o.missing');

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'cel' },
    leaf,
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', 'in', '&&', '||'),
        tie('expression'),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    tie('expression').map((operand) => `!(${operand})`),
    tie('expression').map((operand) => `-(${operand})`),
    fc.tuple(tie('expression'), index).map(([list, key]) => `(${list})[${key}]`),
    fc.tuple(tie('expression'), fc.constantFrom('k', 'n', 'size')).map(([record, field]) => `(${record}).${field}`),
    fc
      .tuple(fc.constantFrom('all', 'exists', 'exists_one', 'filter', 'map'), tie('expression'), tie('expression'))
      .map(([macro, range, body]) => `(${range}).${macro}(x, ${body})`),
    fc
      .tuple(fc.constantFrom('size', 'bool', 'type', 'dyn', 'bytes'), tie('expression'))
      .map(([name, operand]) => `${name}(${operand})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('contains', 'startsWith', 'endsWith'), tie('expression'))
      .map(([text, name, part]) => `(${text}).${name}(${part})`),
    fc.array(tie('expression'), { maxLength: 3 }).map((elements) => `[${elements.join(', ')}]`),
    fc.tuple(tie('expression'), tie('expression')).map(([key, value]) => `{${key}: ${value}}`),
  ),
}));

function viaLibrary(source: string): string | undefined {
  try {
    const value = plan(environment, parse(source))(BINDINGS as unknown as Record<string, CelInput>);
    return isCelError(value) ? undefined : show(value);
  } catch {
    return undefined;
  }
}

function viaPolicy(source: string): string | undefined {
  try {
    return compileRaw(source)(BINDINGS, undefined, (value) => show(value));
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
}

test('property: any expression gives what the parsing library gives, value or error', () => {
  fc.assert(
    fc.property(expression, (source) => {
      assert.equal(viaPolicy(source), viaLibrary(source), source);
    }),
    { numRuns: 5_000, seed: 2026 },
  );
});

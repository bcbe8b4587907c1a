import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyReferences } from '../../../shared/domain/policy/index.ts';

test('an expression lists its free variables, their fields and its functions, each once and in order', () => {
  const found = policyReferences("v.decision == 'approved' && calendar_age(v.dob, o.at, tz) >= 21 && v.dob.size() > 0");
  assert.deepEqual(found, {
    variables: [
      { name: 'o', fields: ['at'] },
      { name: 'tz', fields: [] },
      { name: 'v', fields: ['decision', 'dob'] },
    ],
    functions: ['calendar_age', 'size'],
  });
});

test('paths are the longest, whether by dot, by index or in has()', () => {
  const { variables } = policyReferences("has(o.a.b) && o['c'].d == 1 && o.list[0].e == o.x");
  assert.deepEqual(variables, [{ name: 'o', fields: ['a.b', 'c.d', 'list', 'x'] }]);
});

test('variables of comprehensions are not free, but what stands around them is', () => {
  const { variables } = policyReferences('o.items.all(i, i.qty > o.min && x.exists(o, o.y)) && i');
  assert.deepEqual(variables, [
    { name: 'i', fields: [] },
    { name: 'o', fields: ['items', 'min'] },
    { name: 'x', fields: [] },
  ]);
});

test('what cannot be read is refused', () => {
  assert.throws(() => policyReferences('a &&'), { code: 'parse' });
});

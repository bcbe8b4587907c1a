import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, PolicyError, type PolicyOptions } from '../../../shared/domain/policy/index.ts';
import { RULES, VARIABLES } from '../../bench/policy-rules.ts';

const variables = {
  o: {
    order_id: 'string',
    completed_at: 'timestamp',
    amount: 'int',
    price: 'double',
    tags: 'list<string>',
    meta: 'map',
    paid: 'bool',
    address: { city: 'string' },
  },
  region: 'string',
} as const;
const options: PolicyOptions = { variables, result: 'bool' };

const errorOf = (expression: string, given: PolicyOptions = options): PolicyError | undefined => {
  try {
    compilePolicy(expression, given);
    return undefined;
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
};

const ACCEPTED = [
  "o.order_id == 'x' && o.amount > 3 && o.price >= 2 && region in ['a', 'b']",
  'o.completed_at < now && now - o.completed_at < duration("1h")',
  'o.tags.all(t, t.startsWith(region)) && size(o.tags) > 0',
  "o.meta.anything == 1 && o.meta['x'] > 2 && has(o.meta.y)",
  'o.completed_at != null || o.order_id == null',
  "o.address.city == 'Austin' && has(o.address.city) && o['paid']",
  'o.tags.map(t, t.size()).exists(n, n > 2)',
  '[1, 2].filter(x, x > o.amount).size() == 0',
  'o.paid ? o.amount > 1 : o.price > 1.0',
  'type(o.amount) == int',
  'calendar_age("2000-01-01", o.completed_at, tz) >= 21 && age_h(o.completed_at) > 72',
];

for (const expression of ACCEPTED) {
  test(`accepted at load: ${expression}`, () => assert.equal(errorOf(expression)?.message, undefined));
}

const REFUSED: readonly (readonly [expression: string, code: string, known?: string])[] = [
  ["o.oder_id == 'x'", 'no-such-field', 'order_id'],
  ["o['oder_id'] == 'x'", 'no-such-field', 'order_id'],
  ['has(o.oder_id)', 'no-such-field', 'order_id'],
  ["o.address.town == 'x'", 'no-such-field', 'city'],
  ['order.paid', 'unknown-variable', 'o'],
  ["o.amount == 'x'", 'type'],
  ["o.amount < 'x'", 'type'],
  ['o.order_id in [1, 2]', 'type'],
  ["'a' + 1 == 'a1'", 'type'],
  ['o.price * 2 > 1.0', 'type'],
  ['o.paid && o.amount', 'type'],
  ['!o.order_id', 'type'],
  ['o.amount ? true : false', 'type'],
  ["(o.paid ? 1 : 'a') == 1", 'type'],
  ['o.amount', 'type'],
  ['o.tags.all(t, t > 1)', 'type'],
  ['o.tags.all(t, t.size())', 'type'],
  ['o.amount.all(t, t > 1)', 'type'],
  ['o.tags[region] == "x"', 'type'],
  ['o.amount.field == 1', 'type'],
  ['o.completed_at.startsWith("2026")', 'type', '(string, string) bool'],
  ['o.order_id.startWith("x")', 'unknown-function', 'startsWith'],
  ['calender_age(o.order_id, now, tz) > 21', 'unknown-function', 'calendar_age'],
  ['calendar_age(o.order_id, tz) > 21', 'type'],
  ['age_h(o.order_id) > 1.0', 'type'],
  ["o.order_id.matches('(')", 'bad-regex'],
  ['-o.order_id == "x"', 'type'],
  ['9223372036854775808 > o.amount', 'overflow'],
];

for (const [expression, code, known] of REFUSED) {
  test(`refused at load (${code}): ${expression}`, () => {
    const error = errorOf(expression);
    assert.equal(error?.code, code, error?.message);
    assert.ok(error.position !== undefined && error.message.includes(expression));
    if (known !== undefined) assert.ok(error.known.includes(known), `known: ${error.known.join(', ')}`);
  });
}

test('a mistake is named with its line and column and what is known there', () => {
  const error = errorOf('o.paid &&\n  o.pric > 1.0');
  assert.deepEqual(error?.position, { offset: 13, line: 2, column: 4 });
  assert.match(error?.message ?? '', /no such field: pric; known: address, amount, .*price.* at 2:4/s);
});

test('a variable declared with a type that does not exist is refused with the types that do', () => {
  const given = { variables: { o: { a: 'text' } } } as unknown as PolicyOptions;
  const error = errorOf('o.a == 1', given);
  assert.equal(error?.code, 'type');
  assert.ok(error?.known.includes('string'));
});

test('all rules of the bench pass the checker', () => {
  for (const rule of RULES) assert.equal(errorOf(rule, { variables: VARIABLES, result: 'bool' })?.message, undefined);
});

const check = (expression: string, o: Record<string, unknown>) => compilePolicy(expression, { variables })({ o });

test('declared types read JSON: whole numbers as int, RFC 3339 as timestamp, in lists too', () => {
  assert.equal(check('type(o.amount) == int && o.amount + 1 == 4', { amount: 3 }), true);
  assert.equal(check('type(o.price) == double && o.price * 2.0 == 6.0', { price: 3n }), true);
  assert.equal(
    check("o.completed_at == timestamp('2026-11-23T11:00:00Z')", { completed_at: '2026-11-23T12:00:00+01:00' }),
    true,
  );
  const times = compilePolicy("x.all(t, t < timestamp('2027-01-01T00:00:00Z'))", {
    variables: { x: 'list<timestamp>' },
  });
  assert.equal(times({ x: ['2026-01-01T00:00:00Z', new Date(0)] }), true);
});

test('a value that is not of its declared type is an error that names the field and both types', () => {
  for (const [expression, o] of [
    ['o.amount == 1', { amount: 'canary' }],
    ['o.amount == 1', { amount: 1.5 }],
    ["o.order_id == 'x'", { order_id: 7 }],
    ['o.completed_at < now', { completed_at: 'yesterday' }],
    ['o.paid', { paid: 'true' }],
    ['o.tags.size() == 1', { tags: 'a' }],
  ] as const) {
    assert.throws(
      () => check(expression, o),
      (error) => {
        return (
          error instanceof PolicyError &&
          error.code === 'type' &&
          /^o\.\w+ is declared .* but holds \w+/.test(error.message) &&
          !error.message.includes('canary')
        );
      },
    );
  }
});

test('a declared field may be null or missing: null compares, missing is an error', () => {
  assert.equal(check('o.completed_at == null', { completed_at: null }), true);
  assert.throws(() => check('o.completed_at == null', {}), { code: 'no-such-field' });
  assert.throws(() => check('o.amount > 1', { amount: null }), { code: 'no-such-overload' });
});

test('a result that turns out not to be a bool is refused when a bool is wanted', () => {
  const policy = compilePolicy('o.meta.flag', options);
  assert.equal(policy({ o: { meta: { flag: true } } }), true);
  assert.throws(() => policy({ o: { meta: { flag: 'yes' } } }), { code: 'type' });
});

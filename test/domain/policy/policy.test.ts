import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, PolicyError, Uint } from '../../../shared/domain/policy/index.ts';

const evaluate = (expression: string, bindings: Record<string, unknown> = {}) => compilePolicy(expression)(bindings);
const codeOf = (expression: string, bindings: Record<string, unknown> = {}): string => {
  try {
    evaluate(expression, bindings);
  } catch (error) {
    if (error instanceof PolicyError) return error.code;
    throw error;
  }
  return 'none';
};

test('integers come back as bigint, doubles as number, and 3.0 stays a double', () => {
  assert.equal(evaluate('1 + 2'), 3n);
  assert.equal(evaluate('1u + 2u'), 3n);
  assert.equal(evaluate('1.0 + 2.0'), 3);
  assert.equal(evaluate('type(x) == double', { x: 3 }), true);
  assert.equal(evaluate('type(x) == int', { x: 3n }), true);
  assert.equal(evaluate('type(x) == uint', { x: new Uint(3n) }), true);
});

test('lists come back as arrays, literal maps as Map, types by name, times as their messages', () => {
  assert.deepEqual(evaluate("[1, 'a', null, {'k': [2u]}]"), [1n, 'a', null, new Map([['k', [2n]]])]);
  assert.equal(String(evaluate('type(1)')), 'int');
  assert.deepEqual(evaluate("timestamp('2026-11-23T12:00:00.5Z')"), {
    $typeName: 'google.protobuf.Timestamp',
    seconds: 1_795_435_200n,
    nanos: 500_000_000,
  });
  assert.deepEqual(evaluate("duration('-90s')"), { $typeName: 'google.protobuf.Duration', seconds: -90n, nanos: 0 });
});

test('a Date, seconds with nanos, and a message that was a result all bind as timestamps', () => {
  const noon = "x == timestamp('2026-11-23T12:00:00Z')";
  assert.equal(evaluate(noon, { x: new Date('2026-11-23T12:00:00Z') }), true);
  assert.equal(evaluate(noon, { x: { seconds: 1_795_435_200n, nanos: 0 } }), true);
  assert.equal(evaluate(noon, { x: { seconds: 1_795_435_200, nanos: 0 } }), true);
  assert.equal(evaluate(noon, { x: evaluate("timestamp('2026-11-23T12:00:00Z')") }), true);
  assert.equal(evaluate("x == duration('90s')", { x: evaluate("duration('90s')") }), true);
  assert.equal(evaluate('x.seconds == 1', { x: { seconds: 1n, nanos: 0, other: true } }), true);
  assert.equal(codeOf('x == x', { x: new Date(Number.NaN) }), 'bad-argument');
});

test('Map, Uint8Array, null and nested records bind as what they are', () => {
  assert.equal(
    evaluate("x['a'].b[1] == b'hi'", { x: new Map([['a', { b: [0, new TextEncoder().encode('hi')] }]]) }),
    true,
  );
  assert.equal(
    evaluate('x[1] + x[2u]', {
      x: new Map([
        [1n, 10n],
        [2n, 20n],
      ]),
    }),
    30n,
  );
  assert.equal(evaluate('x[1.0]', { x: new Map([[1, 'one']]) }), 'one');
  assert.equal(evaluate('x == null && has(o.f) && o.f == null', { x: null, o: { f: null } }), true);
});

test('only own properties exist, even when Object.prototype has been changed', () => {
  const inherited = Object.create({ secret: 1 }) as Record<string, unknown>;
  assert.equal(codeOf('x.secret == 1', { x: inherited }), 'type');
  assert.equal(codeOf('x.a == 1', Object.create({ x: { a: 1n } }) as Record<string, unknown>), 'unknown-variable');
  Object.defineProperty(Object.prototype, 'planted', { value: true, configurable: true });
  try {
    assert.equal(evaluate('has(x.planted)', { x: {} }), false);
    assert.equal(codeOf('x.planted', { x: {} }), 'no-such-field');
    assert.equal(codeOf('planted'), 'unknown-variable');
  } finally {
    Reflect.deleteProperty(Object.prototype, 'planted');
  }
  assert.equal(evaluate("x.__proto__ == 'own'", { x: JSON.parse('{"__proto__": "own"}') as unknown }), true);
});

test('a field that is undefined is absent', () => {
  assert.equal(evaluate('has(x.a)', { x: { a: undefined } }), false);
  assert.equal(codeOf('x.a', { x: { a: undefined } }), 'no-such-field');
  assert.equal(evaluate('size(x)', { x: { a: undefined, b: 1 } }), 1n);
});

test('values that no CEL type can hold are refused with their kind, not their content', () => {
  assert.equal(codeOf('x == 1', { x: () => 1 }), 'type');
  assert.equal(codeOf('x == 1', { x: Symbol('s') }), 'type');
  assert.equal(codeOf('x == 1', { x: new Set() }), 'type');
  assert.equal(codeOf('x == 1', { x: 2n ** 63n }), 'overflow');
});

const CODES: readonly (readonly [expression: string, code: string])[] = [
  ['1 +', 'parse'],
  ['', 'parse'],
  ['x', 'unknown-variable'],
  ['f(1)', 'unknown-function'],
  ["'a'.f()", 'unknown-function'],
  ["{'a': 1}.b", 'no-such-field'],
  ["{'a': 1}['b']", 'no-such-field'],
  ["1 + 'a'", 'no-such-overload'],
  ["1 < 'a'", 'no-such-overload'],
  ['1 && true', 'no-such-overload'],
  ["'a' ? 1 : 2", 'no-such-overload'],
  ['[1][1]', 'index-out-of-range'],
  ['[1][-1]', 'index-out-of-range'],
  ["{'a': 1, 'a': 2}", 'duplicate-key'],
  ['{1: 1, 1u: 2}', 'duplicate-key'],
  ['9223372036854775807 + 1', 'overflow'],
  ['-9223372036854775808 - 1', 'overflow'],
  ['-(-9223372036854775808)', 'overflow'],
  ['9223372036854775807 * 2', 'overflow'],
  ['-9223372036854775808 / -1', 'overflow'],
  ['0u - 1u', 'overflow'],
  ['int(1e19)', 'overflow'],
  ['uint(-1)', 'overflow'],
  ["timestamp('9999-12-31T23:59:59Z') + duration('1s')", 'overflow'],
  ['1 / 0', 'divide-by-zero'],
  ['1u % 0u', 'divide-by-zero'],
  ["int('1.5')", 'bad-argument'],
  ["int(' 1')", 'bad-argument'],
  ["timestamp('2026-02-30T00:00:00Z')", 'bad-argument'],
  ["duration('1 hour')", 'bad-argument'],
  ["'a'.matches('(')", 'bad-regex'],
  ["'a'.matches('(?=a)')", 'bad-regex'],
];

for (const [expression, code] of CODES) {
  test(`${expression || 'an empty expression'} is an error ${code}`, () => assert.equal(codeOf(expression), code));
}

test('one operand that decides absorbs the error of the other, on either side', () => {
  assert.equal(evaluate('true || 1 / 0 > 0'), true);
  assert.equal(evaluate('1 / 0 > 0 || true'), true);
  assert.equal(evaluate('false && 1 / 0 > 0'), false);
  assert.equal(evaluate('1 / 0 > 0 && false'), false);
  assert.equal(codeOf('1 / 0 > 0 || false'), 'divide-by-zero');
  assert.equal(codeOf('1 / 0 > 0 && true'), 'divide-by-zero');
  assert.equal(evaluate('[1, 0].exists(x, 1 / x > 0)'), true);
  assert.equal(evaluate('[0, 2].all(x, 1 / x > 0)'), false);
  assert.equal(codeOf('[0, 1].all(x, 1 / x > 0)'), 'divide-by-zero');
  assert.equal(codeOf('[1, 0].exists_one(x, 1 / x > 0)'), 'divide-by-zero');
});

test('numbers compare by value across types, in ==, <, in and as keys of maps', () => {
  assert.equal(evaluate('1 == 1.0 && 1u == 1 && 1.0 == 1u && !(1 == 1.5)'), true);
  assert.equal(evaluate('x < 2 && x > 1u && 2u >= x', { x: 1.5 }), true);
  assert.equal(evaluate('1.0 in [1] && 1u in {1: true}'), true);
  assert.equal(evaluate("1 == '1'"), false);
  assert.equal(evaluate('x == x || x < 1.0 || x >= 1.0', { x: Number.NaN }), false);
});

test('strings order by code point and count code points, not UTF-16 units', () => {
  assert.equal(evaluate("'\\U0001F600' > '\\uFFFD'"), true);
  assert.equal(evaluate("size('a😀b')"), 3n);
  assert.equal(evaluate("'a😀b'.charAt(2) + 'a😀b'.substring(1, 2)"), 'b😀');
  assert.equal(evaluate("'a😀b'.indexOf('b')"), 2n);
});

test('string functions take what their counts and bounds say', () => {
  assert.deepEqual(evaluate("'a,b,c'.split(',', 2)"), ['a', 'b,c']);
  assert.deepEqual(evaluate("['a,b'.split(',', 0), 'a,b'.split(',', -1), 'ab'.split('')]"), [
    [],
    ['a', 'b'],
    ['a', 'b'],
  ]);
  assert.equal(
    evaluate("'aaa'.replace('a', 'b', 2) + 'ab'.replace('', '-') + 'ab'.replace('', '-', 2)"),
    'bba-a-b--a-b',
  );
  assert.equal(evaluate("'\\u2003 x\\n'.trim() + ['a', 'b'].join('+')"), 'xa+b');
  assert.equal(evaluate("'aÄz'.upperAscii() + 'AÄZ'.lowerAscii()"), 'AÄZaÄz');
  assert.equal(codeOf("'abc'.substring(2, 1)"), 'index-out-of-range');
  assert.equal(evaluate("'%s is %d, %.2f, %x'.format(['a', 5, 1.005, 255])"), 'a is 5, 1.00, ff');
});

test('timestamps give their parts in UTC, at an offset and in a zone, across a change of the clock', () => {
  const at = "timestamp('2026-11-01T06:30:00.250Z')";
  assert.equal(evaluate(`${at}.getHours()`), 6n);
  assert.equal(evaluate(`${at}.getHours('America/Chicago')`), 1n);
  assert.equal(evaluate("timestamp('2026-11-01T07:30:00Z').getHours('America/Chicago')"), 1n);
  assert.equal(evaluate("timestamp('2026-11-01T08:30:00Z').getHours('America/Chicago')"), 2n);
  assert.equal(evaluate(`${at}.getMinutes('+02:45') == 15 && ${at}.getDate('-08:00') == 31`), true);
  assert.equal(
    evaluate(`${at}.getDayOfWeek() == 0 && ${at}.getDayOfMonth() == 0 && ${at}.getMilliseconds() == 250`),
    true,
  );
  assert.equal(codeOf(`${at}.getHours('Mars/Olympus')`), 'bad-argument');
});

test('an undeclared name may be a dotted binding, and the longest one wins', () => {
  assert.equal(evaluate('a.b', { a: { b: 1n }, 'a.b': 2n }), 2n);
  assert.equal(evaluate('a.b.c', { 'a.b': { c: 3n } }), 3n);
  assert.equal(evaluate('[{"b": 4}].map(a, a.b)', { 'a.b': 2n })?.toString(), '4');
});

test('an error names its expression, place and code, and no value of a document', () => {
  const secret = 'canary-4711';
  const expressions = [
    'int(x)',
    'timestamp(x)',
    'duration(x)',
    'x + 1',
    'bool(x)',
    'x.matches(x)',
    'calendar_age(x, n, "UTC")',
  ];
  for (const expression of expressions) {
    assert.throws(
      () => evaluate(expression, { x: `${secret}(`, n: new Date(0) }),
      (error) => error instanceof PolicyError && !`${error.stack}${error.message}`.includes(secret),
    );
  }
  assert.throws(() => evaluate('true &&\n  1 / 0 > 0'), { code: 'divide-by-zero', message: /at 2:5 in: true &&/ });
});

test('a custom function gets and gives plain values, and its exception is an evaluation error without its text', () => {
  const policy = compilePolicy('half(x) == 2.0', {
    functions: { half: { parameters: ['double'], result: 'double', call: (x: number) => x / 2 } },
  });
  assert.equal(policy({ x: 4 }), true);
  assert.throws(() => policy({ x: 'four' }), { code: 'no-such-overload' });
  const failing = compilePolicy('f(x)', {
    functions: {
      f: {
        parameters: ['any'],
        result: 'bool',
        call: () => {
          throw new Error('canary-4711');
        },
      },
    },
  });
  assert.throws(
    () => failing({ x: 1 }),
    (error) => {
      return error instanceof PolicyError && error.code === 'bad-argument' && !error.message.includes('canary');
    },
  );
});

test('a policy may be called again from inside one of its own functions', () => {
  const call = (n: bigint): unknown => (n === 0n ? [0n] : policy({ n: n - 1n }));
  const policy = compilePolicy('[n].map(x, f(x))', { functions: { f: { parameters: ['int'], result: 'any', call } } });
  assert.deepEqual(policy({ n: 1n }), [[[0n]]]);
});

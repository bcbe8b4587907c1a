import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, PolicyBudget, PolicyError } from '../../../shared/domain/policy/index.ts';
import { patternInstructions } from '../../../shared/domain/policy/pattern-size.ts';
import { ATTACKS } from '../../bench/policy-attacks.ts';

for (const { name, expression, bindings, ends } of ATTACKS) {
  const how = typeof ends === 'string' ? `ends with ${ends}` : 'comes to nothing';
  test(`${name}: ${how}`, () => {
    const run = () => compilePolicy(expression)(bindings ?? {});
    if (typeof ends !== 'string') {
      assert.deepEqual(run(), ends.value);
      return;
    }
    assert.throws(run, (error) => error instanceof PolicyError && error.code === ends);
  });
}

test('running out of steps cannot be absorbed by ||, all or exists', () => {
  const bindings = { l: Array.from({ length: 1001 }, (_, i) => BigInt(i)) };
  const endless = 'l.all(a, l.all(b, a + b >= 0))';
  for (const expression of [
    `${endless} || true`,
    `true == (${endless} || true)`,
    `[1].exists(x, ${endless} || true)`,
  ]) {
    assert.throws(() => compilePolicy(expression)(bindings), { code: 'budget' });
  }
});

test('calls that share a budget end when it is used up, and each takes from it what it spent', () => {
  const policy = compilePolicy('l.all(a, a >= 0)');
  const bindings = { l: Array.from({ length: 100 }, (_, i) => BigInt(i)) };
  const budget = new PolicyBudget(1_000);
  assert.equal(policy(bindings, budget), true);
  const spent = 1_000 - budget.remaining;
  assert.ok(spent >= 300 && spent <= 600, `one call spent ${spent}`);
  assert.throws(() => {
    for (let i = 0; i < 10; i += 1) policy(bindings, budget);
  }, /budget/);
  assert.equal(budget.remaining, 0);
});

test('the same call takes the same steps whatever ran before it', () => {
  const policy = compilePolicy('s.matches(p)');
  const spend = () => {
    const budget = new PolicyBudget();
    policy({ s: 'abc', p: 'b[c-x]{3}' }, budget);
    return budget.remaining;
  };
  assert.equal(spend(), spend());
});

test('comparing lists and maps takes steps for every element', () => {
  const spent = (bindings: Record<string, unknown>) => {
    const budget = new PolicyBudget();
    assert.equal(compilePolicy('a == b')(bindings, budget), true);
    return 10_000_000 - budget.remaining;
  };
  const list = Array.from({ length: 1000 }, (_, i) => BigInt(i));
  assert.ok(spent({ a: list, b: [...list] }) >= 2_000);
  const map = new Map(list.map((i) => [i, i]));
  assert.ok(spent({ a: map, b: new Map(map) }) >= 2_000);
});

test('searching takes steps for the worst case of text and part together', () => {
  for (const call of [
    's.contains(p)',
    's.indexOf(p) >= 0',
    's.lastIndexOf(p) >= 0',
    "s.replace(p, '') != s",
    's.split(p) != [s]',
  ]) {
    const budget = new PolicyBudget();
    assert.equal(compilePolicy(call)({ s: 'a'.repeat(100_000), p: `${'a'.repeat(999)}b` }, budget), false);
    assert.ok(10_000_000 - budget.remaining >= 700_000, call);
  }
});

test('a pattern from a document takes steps for being compiled, more for classes of Unicode', () => {
  const spent = (p: string) => {
    const budget = new PolicyBudget();
    compilePolicy("''.matches(p)")({ p }, budget);
    return 10_000_000 - budget.remaining;
  };
  assert.ok(spent('a'.repeat(300)) >= 30_000);
  assert.ok(spent('\\pL'.repeat(100)) >= 300_000);
});

test('the size of a pattern is counted as it expands, not as it is written', () => {
  assert.ok(patternInstructions('^ord-[0-9]{6}$') < 30);
  assert.ok(patternInstructions('[[:alpha:]\\]x]{3}') < 10);
  assert.ok(patternInstructions('(?:abcdefgh){500}') >= 4_000);
  assert.ok(patternInstructions('(?:(?:a{10}){10}){10}') >= 1_000);
  assert.ok(patternInstructions('(?:a{1000})'.repeat(3)) >= 3_000);
});

test('what is just inside the limits runs', () => {
  assert.equal(compilePolicy(`${'('.repeat(64)}1${')'.repeat(64)}`)(), 1n);
  assert.equal(compilePolicy(`${'!'.repeat(64)}true`)(), true);
  assert.equal(compilePolicy(Array(64).fill('1').join('+'))(), 64n);
  assert.equal(compilePolicy(Array(300).fill('false').join('||'))(), false);
  assert.equal(compilePolicy(`'${'('.repeat(100)}' == r"${'['.repeat(100)}" // ${'('.repeat(100)}`)(), false);
  assert.equal((compilePolicy(`'${'a'.repeat(4094)}'`)() as string).length, 4094);
});

test('a limit that steps could never exceed is refused', () => {
  for (const limit of [Number.NaN, Number.POSITIVE_INFINITY, 0, -1, 1.5, 10_000_001]) {
    assert.throws(() => new PolicyBudget(limit), { name: 'UsageError' });
    assert.throws(() => compilePolicy('true', { maxSteps: limit }), { name: 'UsageError' });
  }
});

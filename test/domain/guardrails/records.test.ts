import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Allowance, PartnerIndex } from '../../../shared/domain/guardrails/index.ts';
import { decide, rule, settingWith } from './support.ts';

describe('conditions', () => {
  const orders = { orders: { alias: 'o' } };
  const ofOrders = (
    expr: string,
    record: Record<string, unknown>,
    evidence: Parameters<typeof settingWith>[0]['evidence'] = orders,
  ) => decide(rule('records_all', { evidence: 'orders', expr }), record, settingWith({ evidence }));

  it('cannot tell without a field that they read, and name it', () => {
    assert.equal(ofOrders('o.total > 1.0', {}), 'no such field: total');
    assert.match(String(ofOrders('o.total > 1.0', { total: 'much' })), /string/);
  });

  it('hold where one side decides without the other', () => {
    assert.equal(ofOrders('o.paid || o.waived', { paid: true }), 'holds');
    assert.equal(ofOrders('o.paid && o.waived', { paid: false }), 'fails');
  });

  it('compare moments of undeclared fields as moments, not as letters', () => {
    assert.equal(ofOrders('o.a <= o.b', { a: '2026-11-24T12:00:00+02:00', b: '2026-11-24T11:00:00Z' }), 'holds');
    assert.equal(ofOrders('o.a <= o.b', { a: '2026-11-24T12:00:00Z', b: '2026-11-24T13:00:00+02:00' }), 'fails');
  });

  it('leave texts that are no moments as they are', () => {
    assert.equal(ofOrders("o.a == '2026-11-24'", { a: '2026-11-24' }), 'holds');
    assert.equal(ofOrders("o.a.startsWith('x')", { a: 'xT' }), 'holds');
  });

  it('take declared types, and know now and the zone of the store', () => {
    const declared = { orders: { alias: 'o', fields: { at: 'timestamp', n: 'int' } as const } };
    assert.equal(ofOrders('o.at < now && o.n == 3', { at: '2026-11-24T11:29:59Z', n: 3 }, declared), 'holds');
    assert.equal(ofOrders("tz == 'America/Chicago'", {}), 'holds');
    assert.match(String(ofOrders('o.at < now', { at: 'yesterday' }, declared)), /declared timestamp but holds string/);
  });

  it('do not read what every object has', () => {
    assert.equal(ofOrders('has(o.constructor)', {}), 'fails');
    assert.equal(ofOrders('o.toString == null', {}), 'no such field: toString');
  });

  it('that run away are ended and cannot tell', () => {
    const list = Array.from({ length: 2000 }, (_, index) => index);
    const decision = ofOrders('o.l.all(a, o.l.all(b, o.l.all(c, a + b + c >= 0.0)))', { l: list });
    assert.match(String(decision), /steps/);
  });
});

describe('fields', () => {
  it('that are empty are not present', () => {
    const present = rule('fields_present', { fields: ['a'] });
    for (const a of [undefined, null, '', '  ', [], {}])
      assert.equal(decide(present, { a }), 'fails', JSON.stringify(a));
    for (const a of ['x', 0, false, [0], { x: 1 }, new Date(0)]) assert.equal(decide(present, { a }), 'holds');
  });

  it('are true only when they are', () => {
    const isTrue = rule('fields_true', { fields: ['a'] });
    for (const a of [undefined, null, false, 'yes', 1, 'TRUE']) assert.equal(decide(isTrue, { a }), 'fails', String(a));
    for (const a of [true, 'true']) assert.equal(decide(isTrue, { a }), 'holds');
  });

  it('are compared with a value, whatever the file wrote it as', () => {
    const three = rule('records_all', { fields: ['a', 'b'], value: 3 });
    assert.equal(decide(three, { a: 3, b: '3' }), 'holds');
    assert.equal(decide(three, { a: 3, b: '3.0' }), 'fails');
    assert.equal(decide(three, { a: 3 }), 'fails');
  });
});

describe('dates', () => {
  const age = rule('max_age_days', { field: 'at', max: 90, warn: 60 });
  const ends = rule('expiry_min_days', { field: 'at', min: 30 });

  it('without a time count in days of the calendar of the store', () => {
    assert.equal(decide(age, { at: '2026-08-26' }), 'warns');
    assert.equal(decide(age, { at: '2026-08-25' }), 'fails');
    assert.equal(decide(age, { at: '2026-09-25' }), 'holds');
    // At 03:00 UTC it is still the day before in Chicago.
    assert.equal(decide(age, { at: '2026-08-25' }, settingWith({ now: '2026-11-24T03:00:00.000Z' })), 'warns');
  });

  it('with a time count to the millisecond', () => {
    assert.equal(decide(age, { at: '2026-08-26T11:30:00Z' }), 'warns');
    assert.equal(decide(age, { at: '2026-08-26T11:29:59.999Z' }), 'fails');
    assert.equal(decide(age, { at: { seconds: 1_787_743_800, nanos: 0 } }), 'warns');
  });

  it('must leave more days than the least', () => {
    assert.equal(decide(ends, { at: '2026-12-24' }), 'fails');
    assert.equal(decide(ends, { at: '2026-12-25' }), 'holds');
    assert.equal(decide(ends, { at: '2026-12-24T11:30:00.001Z' }), 'holds');
  });

  it('that cannot be read, or lie in the future, cannot tell', () => {
    for (const at of [undefined, null, '', 'soon', '2026-02-30', 20261124, '24.11.2026'])
      assert.equal(decide(age, { at }), 'the field at is no date', String(at));
    assert.equal(decide(age, { at: '2026-11-26' }), 'the field at lies in the future');
  });
});

describe('settings', () => {
  const least = rule('config_min', { field: 'MIN_AGE', value: 21 });
  const env = (MIN_AGE: string) => ({ service: 's', environment: { MIN_AGE } });

  it('are numbers only when they are written as one', () => {
    for (const text of ['21', '22', ' 21 ', '21.0', '2.1e1']) assert.equal(decide(least, env(text)), 'holds', text);
    for (const text of ['20', '', 'twenty-one', '0x15', '21+', 'Infinity', '-21'])
      assert.equal(decide(least, env(text)), 'fails', text);
  });

  it('that are not set are skipped, in secrets unknown, and absent where null is wanted', () => {
    assert.equal(decide(least, { service: 's', environment: {} }), 'skips');
    assert.match(String(decide(least, env('secret:age'))), /comes from a secret/);
    const none = rule('config_equals', { field: 'DEBUG', value: null });
    assert.equal(decide(none, { service: 's', environment: {} }), 'holds');
    assert.equal(decide(none, { service: 's', environment: { DEBUG: '' } }), 'fails');
  });
});

describe('secrets', () => {
  const clean = rule('secrets_clean', {
    deny_paths: ['**/.env', '**/*key.json'],
    inventory: 'secrets',
    max_rotation_days: 90,
  });

  it('are found wherever a forbidden path is tracked, upper and lower case alike', () => {
    for (const path of ['.env', 'a/b/.env', 'x/.ENV', 'infra/service-key.json', '.hidden/key.json'])
      assert.equal(decide(clean, { path }), 'fails', path);
    for (const path of ['env', '.env.example', 'src/key.ts', 'a/.env/readme'])
      assert.equal(decide(clean, { path }), 'holds', path);
  });
});

describe('partners', () => {
  const need = { evidence: 'rows', match: ['a', 'b'], fields: ['c'] };

  it('are found by equal values, also where one system writes numbers and the other text', () => {
    const index = new PartnerIndex(need, new Allowance());
    index.add({ a: 1, b: 'x', c: 'kept', d: 'dropped' });
    assert.deepEqual({ ...index.find({ a: '1', b: 'x' })[0] }, { c: 'kept' });
    assert.deepEqual(index.find({ a: '1', b: 'y' }), []);
  });

  it('are never made of values that run together, or are not there', () => {
    const index = new PartnerIndex(need, new Allowance());
    index.add({ a: 'x:y', b: 'z' });
    index.add({ a: null, b: 'z' });
    assert.deepEqual(index.find({ a: 'x', b: 'y:z' }), []);
    assert.deepEqual(index.find({ a: null, b: 'z' }), []);
    assert.deepEqual(index.find({ b: 'z' }), []);
  });

  it('are kept within an allowance of memory, and the index says when it is full', () => {
    const index = new PartnerIndex(need, new Allowance(1_000));
    for (let i = 0; i < 100; i += 1) index.add({ a: String(i), b: 'x', c: 'value' });
    assert.equal(index.isFull, true);
    assert.equal(index.find({ a: '0', b: 'x' }).length, 1);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holdsSubject } from '../../../functions/cli/snapshots/erase.ts';
import { FieldNames, pickFields } from '../../../shared/operations/snapshots/pick-fields.ts';
import { compareFields } from '../../../shared/operations/snapshots/preference-drift.ts';
import { judgeRecord } from '../../../shared/operations/snapshots/record-schemas.ts';
import type { RawFields } from '../../../shared/ports/memory.ts';
import { encodeFields, plainFields } from '../../../shared/snapshots/index.ts';
import { TORTURE } from '../../snapshots/support/torture-values.ts';

const text = (stringValue: string) => ({ stringValue });
const GOOD: RawFields = { userId: text('u1'), type: text('view'), at: text('2026-11-24T00:00:00Z'), more: text('x') };
const judge = (fields: RawFields, schema = 'behavioral.v1') => judgeRecord(encodeFields(fields), schema);

describe('a record against its schema', () => {
  it('fits with what it needs and whatever else it has', () => {
    assert.deepEqual(judge(GOOD), { kind: 'fits' });
    const asTimestamp = { timestampValue: { seconds: '1764000000', nanos: 5 } };
    assert.deepEqual(judge({ ...GOOD, at: asTimestamp }), { kind: 'fits' });
  });

  it('tells the field and what is wrong with it, and never the value', () => {
    const { userId: _gone, ...missing } = GOOD;
    const problems = [missing, { ...GOOD, userId: { integerValue: '7' } }, { ...GOOD, at: text('yesterday') }].map(
      (fields) => judge(fields),
    );
    assert.deepEqual(
      problems.map((answer) => (answer.kind === 'differs' ? answer.problem : answer.kind)),
      ['`userId`: missing', '`userId`: another type', '`at`: not in its form'],
    );
  });

  it('is judged by the version that it names itself', () => {
    const named = { userId: text('u'), updatedAt: text('2026-11-24T00:00:00Z'), schema: text('context/1') };
    assert.deepEqual(judge(named, 'behavioral.v1'), { kind: 'fits' });
    assert.deepEqual(judge({ ...named, schema: text('context/2') }), {
      kind: 'unknown-version',
      version: 'context.v2',
    });
    assert.deepEqual(judge(GOOD, 'orders.v1'), { kind: 'unknown-version', version: 'orders.v1' });
    assert.equal(judge({}, 'ops.v1').kind, 'differs');
  });

  it('has its fields found among values of every kind', () => {
    const names = Object.keys(TORTURE);
    const bytes = encodeFields(TORTURE);
    for (const name of names)
      assert.deepEqual(
        { ...pickFields(bytes, new FieldNames([name])) },
        plainFields({ [name]: TORTURE[name] ?? text('') }),
        name,
      );
  });
});

describe('how preferences evolve', () => {
  it('counts leaves, tells apart what looks alike, and scores from 0 to 1', () => {
    const before: RawFields = { a: { integerValue: '3' }, b: { mapValue: { fields: { c: text('x'), d: text('y') } } } };
    assert.deepEqual(compareFields(before, before), { added: 0, removed: 0, changed: 0, score: 0 });
    const after: RawFields = { a: { doubleValue: 3 }, b: { mapValue: { fields: { c: text('x'), e: text('z') } } } };
    assert.deepEqual(compareFields(before, after), { added: 1, removed: 1, changed: 1, score: 0.75 });
    assert.equal(compareFields({ z: { doubleValue: 0 } }, { z: { doubleValue: -0 } }).changed, 1);
    assert.equal(compareFields({}, GOOD).score, 1);
  });
});

describe('whether a document is about a person', () => {
  const holds = (path: string, fields: RawFields) => holdsSubject('u_7')({ path, fields: encodeFields(fields) });

  it('finds the id in the path, in any value, and as a word of a text', () => {
    assert.ok(holds('people/u_7', {}));
    assert.ok(holds('people/u_7/notes/n', {}));
    assert.ok(holds('events/e', { list: { arrayValue: { values: [{ mapValue: { fields: { by: text('u_7') } } }] } } }));
    assert.ok(holds('events/e', { owner: { referenceValue: 'projects/p/databases/(default)/documents/users/u_7' } }));
    assert.ok(holds('events/e', { note: text('asked by u_7, twice') }));
    assert.ok(holds('events/e', { votes: { mapValue: { fields: { u_7: { integerValue: '1' } } } } }));
  });

  it('leaves people alone whose id begins or ends alike', () => {
    assert.ok(!holds('people/u_77', { note: text('u_77 and xu_7 and u_7-b') }));
    assert.ok(!holds('events/e', {}));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgePoints } from '../../../shared/adapters/gcp/point-refusals.ts';

const HEAD = 'One or more TimeSeries could not be written: ';
const refused = (text: string, code = 3) => ({ code, details: `${HEAD}${text}` });
const summary = (total: number, success: number, ...codes: readonly number[]) => ({
  totalPointCount: total,
  successPointCount: success,
  errors: codes.map((code) => ({ status: { code } })),
});
const outcomes = (...args: Parameters<typeof judgePoints>) => judgePoints(...args)?.map(({ outcome }) => outcome);

describe('what a refused request says of its points', () => {
  it('reads lists and ranges of points, before and after the reason', () => {
    const first = refused('timeSeries[0-2,4] (example metric.type="x"): Points must be written in order.');
    assert.deepEqual(outcomes(first, summary(6, 2, 3), 6), [
      'superseded',
      'superseded',
      'superseded',
      'written',
      'superseded',
      'written',
    ]);
    const last = refused(
      'Unrecognized metric labels: [x]: timeSeries[1]; Points must be written in order.: timeSeries[0]',
    );
    assert.deepEqual(outcomes(last, summary(3, 1, 3), 3), ['superseded', 'refused', 'written']);
  });

  it('takes no point as written when the answer counts more refusals than it names', () => {
    const error = refused('timeSeries[0]: Points must be written in order.');
    assert.deepEqual(outcomes(error, summary(3, 1, 3), 3), ['superseded', 'retry', 'retry']);
  });

  it('goes by the code of the refused points where their text says nothing known', () => {
    const error = refused('timeSeries[0]: something new');
    assert.deepEqual(outcomes(error, summary(2, 1, 9), 2), ['retry', 'written']);
    assert.deepEqual(outcomes(error, summary(2, 1, 13), 2), ['retry', 'written']);
    assert.deepEqual(outcomes(error, summary(2, 1, 3), 2), ['refused', 'written']);
  });

  it('keeps trying what it cannot attribute, and never takes a point beyond the request for one of it', () => {
    assert.deepEqual(outcomes(refused('Points must be written in order.'), summary(2, 1, 3), 2), ['retry', 'retry']);
    assert.deepEqual(outcomes(refused('Points must be written in order.'), summary(2, 0, 3), 2), [
      'superseded',
      'superseded',
    ]);
    assert.deepEqual(outcomes(refused('unknown metric', 5), summary(2, 1, 5), 2), ['retry', 'retry']);
    assert.deepEqual(outcomes(refused('bad request'), undefined, 2), ['refused', 'refused']);
    const beyond = refused('timeSeries[0-999999999]: Points must be written in order.');
    assert.deepEqual(outcomes(beyond, summary(2, 1, 3), 2), ['retry', 'retry']);
  });

  it('says nothing of points when the request as a whole got no judgement', () => {
    for (const code of [1, 4, 7, 8, 10, 13, 14, 16])
      assert.equal(judgePoints({ code, details: 'x' }, undefined, 2), undefined);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../../shared/domain/json.ts';
import { receiptText } from '../../../shared/domain/report/receipt-text.ts';

describe('the text of a receipt', () => {
  it('is whole where it fits, and cut between values where it does not', () => {
    assert.deepEqual(receiptText({ status: 200 }), { text: '{"status":200}', isCut: false });
    assert.deepEqual(receiptText({ status: 200, image: 'x'.repeat(70), revision: 'r-1' }), {
      text: '{"status":200,…}',
      isCut: true,
    });
    assert.deepEqual(receiptText(['a'.repeat(20), 'b'.repeat(20), 'c'.repeat(20)]), {
      text: `["${'a'.repeat(20)}","${'b'.repeat(20)}",…]`,
      isCut: true,
    });
    assert.deepEqual(receiptText('z'.repeat(80)), { text: `${'z'.repeat(59)}…`, isCut: true });
    assert.deepEqual(receiptText(undefined), { text: '', isCut: false });
  });

  it('is JSON again when the mark is taken out, and never longer than asked for', () => {
    const value = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
    fc.assert(
      fc.property(value, fc.integer({ min: 8, max: 120 }), (json, most) => {
        const { text, isCut } = receiptText(json as Json, most);
        assert.ok(text.length <= most, text);
        const whole = isCut ? text.replace(/,?…(?=[\]}]$)/, '') : text;
        const read = JSON.parse(whole) as object;
        for (const [name, one] of Object.entries(read))
          assert.equal(JSON.stringify(one), JSON.stringify((json as Record<string, unknown>)[name]));
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openStory } from '../day/support.ts';

const TOMORROW = '2026-11-25T09:30:00.000Z';
const DAY_AFTER = '2026-11-26T09:30:00.000Z';

describe("the sample world's mornings", () => {
  it('write evidence anew, but never over what a person changed; taken away, it is written again', async () => {
    await using story = await openStory();
    const file = (name: string) => join(story.data, 'objects', 'livhana-evidence', name);
    const read = (name: string) => readFileSync(file(name), 'utf8');
    const spoilt = read('coa_records.ndjson').replace('"pass"', '"fail"');
    writeFileSync(file('coa_records.ndjson'), spoilt);
    const others = read('licences.ndjson');
    await story.advance(TOMORROW);
    assert.equal(read('coa_records.ndjson'), spoilt, 'the planted fault is there in the morning');
    assert.notEqual(read('licences.ndjson'), others, 'what nobody touched is a day newer');
    rmSync(file('coa_records.ndjson'));
    await story.advance(DAY_AFTER);
    assert.doesNotMatch(read('coa_records.ndjson'), /fail/);
  });
});

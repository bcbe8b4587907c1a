import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Parsed, parseEnvelope } from '../../shared/envelope/parse-envelope.ts';

const NOW = '2026-11-24T10:30:05.000Z';
const expected = { phase: 't-90-prep' as const, topic: 'highnoon-t-90-prep', now: NOW };
const SOURCE = '//pubsub.googleapis.com/projects/p/topics/highnoon-t-90-prep';

const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
const GOOD = {
  data: base64({ phase: 't-90-prep', trigger: 'schedule' }),
  messageId: '1',
  publishTime: '2026-11-24T10:30:00.123456789Z',
  attributes: {},
};

function parse(change: Record<string, unknown> = {}, source: string | undefined = SOURCE): Parsed {
  return parseEnvelope({ source, id: 'event', data: { message: { ...GOOD, ...change } } }, expected);
}

function why(parsed: Parsed): string {
  assert.equal(parsed.ok, false);
  return parsed.ok ? '' : parsed.why;
}

describe('a Pub/Sub envelope', () => {
  it('becomes a trigger with the publish time and the message id', () => {
    const parsed = parse();
    assert.deepEqual(parsed.ok && parsed.trigger, {
      phase: 't-90-prep',
      kind: 'schedule',
      messageId: '1',
      publishedAt: '2026-11-24T10:30:00.123Z',
      dryRun: false,
      rerun: false,
    });
  });

  it('counts as manual when nobody said why', () => {
    const parsed = parse({ data: base64({ phase: 't-90-prep', dryRun: true }) });
    assert.equal(parsed.ok && parsed.trigger.kind, 'manual');
    assert.equal(parsed.ok && parsed.trigger.dryRun, true);
  });

  for (const [name, change, said] of [
    ['another phase', { data: base64({ phase: 'high-noon-sync' }) }, /is for high-noon-sync/],
    ['an unknown phase', { data: base64({ phase: 't-91' }) }, /'t-91' is unknown/],
    ['an unknown key', { data: base64({ phase: 't-90-prep', force: true }) }, /Unrecognized key/],
    ['a key of the wrong type', { data: base64({ phase: 't-90-prep', dryRun: 'yes' }) }, /dryRun/],
    ['an unknown trigger', { data: base64({ phase: 't-90-prep', trigger: 'force' }) }, /trigger/],
    [
      'a continuation without a run',
      { data: base64({ phase: 't-90-prep', trigger: 'continuation' }) },
      /names its run/,
    ],
    ['a shard without a run', { data: base64({ phase: 't-90-prep', shard: 'x' }) }, /does not name/],
    [
      'a shard with a slash',
      { data: base64({ phase: 't-90-prep', trigger: 'continuation', runId: 'x#1', shard: 'a/b' }) },
      /shard/,
    ],
    ['a run without a continuation', { data: base64({ phase: 't-90-prep', runId: 'x#1' }) }, /only a continuation/],
    ['a reserved id', { data: base64({ phase: 't-90-prep', trigger: 'continuation', runId: '__x__' }) }, /runId/],
    ['an id with a slash', { data: base64({ phase: 't-90-prep', trigger: 'continuation', runId: 'a/b' }) }, /runId/],
    ['an id that climbs', { data: base64({ phase: 't-90-prep', trigger: 'continuation', runId: '..' }) }, /runId/],
    [
      'a slot that the schedule does not have',
      { data: base64({ phase: 't-90-prep', slot: '2026-11-24T10:29:00Z' }) },
      /it names 2026-11-24T10:29:00\.000Z, which the schedule of t-90-prep does not have/,
    ],
    [
      'a run that the schedule does not have',
      { data: base64({ phase: 't-90-prep', trigger: 'continuation', runId: 't-90-prep@2026-11-24T10:29Z#1' }) },
      /it names t-90-prep@2026-11-24T10:29Z#1, which the schedule/,
    ],
    ['a slot that is no time', { data: base64({ phase: 't-90-prep', slot: 'noon' }) }, /'noon'/],
    ['data that is too large', { data: base64({ phase: 't-90-prep', reason: 'x'.repeat(1100) }) }, /larger than|bytes/],
    ['data that is not base64', { data: '{"phase"}' }, /not base64/],
    ['data that is not JSON', { data: base64('phase: t-90-prep') }, /not JSON/],
    ['data that is not UTF-8', { data: Buffer.from([0x22, 0xff, 0x22]).toString('base64') }, /not JSON in UTF-8/],
    ['no data', { data: '' }, /no data/],
    ['no publish time', { publishTime: undefined }, /no publish time/],
    ['a future publish time', { publishTime: '2026-11-24T10:31:06Z' }, /in the future/],
    ['an ancient publish time', { publishTime: '2026-11-01T10:30:00Z' }, /too old/],
    [
      'seventeen attributes',
      { attributes: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`a${n}`, '1'])) },
      /17 attributes/,
    ],
    ['an attribute of 257 bytes', { attributes: { a: 'x'.repeat(256) } }, /at most 256/],
    ['an attribute that is no text', { attributes: { a: 1 } }, /not a text/],
    ['a message id of 129 characters', { messageId: 'x'.repeat(129) }, /message id/],
  ] as const) {
    it(`is quarantined with ${name}, and says so`, () => {
      assert.match(why(parse(change)), said);
    });
  }

  it('is refused from the topic of another phase, and accepted where the source names none', () => {
    assert.match(
      why(parse({}, '//pubsub.googleapis.com/projects/p/topics/highnoon-high-noon-sync')),
      /came from topic/,
    );
    assert.equal(parse({}, '//pubsub.googleapis.com/').ok, true);
  });

  it('keeps at most two KiB of what was wrong, without control characters', () => {
    const parsed = parseEnvelope(
      { source: SOURCE, id: 'x', data: { message: { data: '\u0000\u001b[31m'.repeat(5000) } } },
      expected,
    );
    assert.equal(parsed.ok, false);
    if (parsed.ok) return;
    const text = JSON.stringify(parsed.evidence);
    assert.ok(Buffer.byteLength(text) <= 2048, String(Buffer.byteLength(text)));
    assert.ok(!/[\u0000-\u001f]/.test(parsed.evidence.head));
  });

  it('never throws, whatever is sent', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 4 }), fc.anything({ maxDepth: 2 }), (message, attributes) => {
        parseEnvelope({ source: SOURCE, id: undefined, data: message }, expected);
        parseEnvelope({ source: SOURCE, id: undefined, data: { message } }, expected);
        parse({ attributes });
        parse({ data: message });
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts nothing but the schema, property by property', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        const parsed = parse({ data: base64({ ...body, phase: 't-90-prep' }) });
        const known = new Set(['phase', 'trigger', 'runId', 'dryRun', 'rerun', 'slot', 'reason']);
        if (parsed.ok) assert.ok(Object.keys(body).every((key) => known.has(key)));
      }),
      { numRuns: 1000 },
    );
  });
});

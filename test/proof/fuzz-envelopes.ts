// Hostile and broken envelopes: never an exception, never slow, and nothing gets through that the schema does not know.
//   node test/proof/fuzz-envelopes.ts [count]
import fc from 'fast-check';
import { PHASE_NAMES } from '../../shared/domain/catalog.ts';
import { parseInstant } from '../../shared/domain/time.ts';
import { type Envelope, parseEnvelope } from '../../shared/envelope/parse-envelope.ts';

const count = Number(process.argv[2] ?? 100_000);
const BATCH = 1000;
const NOW = '2026-11-24T10:30:00.000Z';
const expected = { phase: 't-90-prep', topic: 'highnoon-t-90-prep', now: NOW } as const;
const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');

const NASTY = [
  '',
  ' ',
  '\u0000',
  '../x',
  'a/b',
  '__proto__',
  '__x__',
  'constructor',
  '\u202e',
  '1e999',
  'NaN',
  'null',
  '💣',
  'x'.repeat(2000),
];
const nasty = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
);
const time = fc.oneof(
  fc.constantFrom(NOW, '2026-11-24T10:31:30Z', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-02-30T00:00:00Z'),
  nasty,
);
const body = fc.oneof(
  fc.record(
    {
      phase: fc.oneof(fc.constantFrom(...PHASE_NAMES), nasty),
      trigger: fc.oneof(fc.constantFrom('schedule', 'manual', 'continuation', 'sweep'), nasty, fc.anything()),
      runId: fc.oneof(fc.constantFrom('t-90-prep@2026-11-24T10:30Z#1'), nasty),
      dryRun: fc.oneof(fc.boolean(), fc.anything()),
      rerun: fc.oneof(fc.boolean(), nasty),
      slot: time,
      reason: nasty,
      actor: nasty,
    },
    { requiredKeys: [] },
  ),
  fc.anything(),
);
const data = fc.oneof(
  { weight: 4, arbitrary: body.map(safeBase64) },
  { weight: 1, arbitrary: nasty },
  { weight: 1, arbitrary: fc.anything() },
);
const message = fc.record(
  {
    data,
    publishTime: fc.oneof(time, fc.anything()),
    messageId: fc.oneof(fc.constant('m1'), nasty, fc.anything()),
    attributes: fc.oneof(fc.dictionary(nasty, nasty, { maxKeys: 20 }), fc.anything()),
  },
  { requiredKeys: [] },
);
/** Nearly right: the envelope that Pub/Sub makes, with at most one part of it replaced. */
const nearly = fc
  .record({
    body: fc.record(
      {
        phase: fc.constant('t-90-prep'),
        trigger: fc.constantFrom('schedule', 'manual', 'sweep'),
        slot: fc.constantFrom('2026-11-24T10:30:00Z', '2026-11-24T10:30:00+02:00'),
        rerun: fc.boolean(),
        reason: fc.string({ maxLength: 600 }),
      },
      { requiredKeys: ['phase'] },
    ),
    part: fc.constantFrom('none', 'data', 'publishTime', 'messageId', 'attributes', 'source'),
    instead: fc.oneof(nasty, time, fc.anything()),
  })
  .map(({ body: sound, part, instead }): Envelope => {
    const whole = { data: base64(sound), publishTime: NOW, messageId: 'm1', attributes: { a: 'b' } };
    const source = '//pubsub.googleapis.com/projects/p/topics/highnoon-t-90-prep';
    return {
      source: part === 'source' ? safeText(instead) : source,
      id: 'e1',
      data: { message: part === 'none' || part === 'source' ? whole : { ...whole, [part]: instead } },
    };
  });
const hostile = fc.record({
  source: fc.oneof(fc.constantFrom('//pubsub.googleapis.com/projects/p/topics/highnoon-t-90-prep', undefined), nasty),
  id: fc.oneof(fc.constant('e1'), fc.constant(undefined)),
  data: fc.oneof({ weight: 5, arbitrary: fc.record({ message }) }, { weight: 1, arbitrary: fc.anything() }),
});

const envelope = fc.oneof(
  { weight: 2, arbitrary: nearly },
  { weight: 1, arbitrary: hostile as fc.Arbitrary<Envelope> },
);

function safeText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'unprintable';
  }
}

function safeBase64(value: unknown): string {
  try {
    return base64(value);
  } catch {
    return base64('unprintable');
  }
}

/** Drawn a thousand at a time: a hundred thousand at once would be the fuzzer's own memory. */
let batch: readonly Envelope[] = [];
function nextEnvelope(index: number): Envelope {
  if (index % BATCH === 0) batch = fc.sample(envelope, { numRuns: BATCH, seed: 42 + index });
  return batch[index % BATCH] as Envelope;
}

const times: number[] = [];
let accepted = 0;
const faults: string[] = [];
for (let index = 0; index < count; index++) {
  const one = nextEnvelope(index);
  const began = process.hrtime.bigint();
  try {
    const parsed = parseEnvelope(one, expected);
    times.push(Number(process.hrtime.bigint() - began) / 1e6);
    if (parsed.ok) {
      accepted += 1;
      const { phase, publishedAt, slotDueAt, messageId } = parsed.trigger;
      const isSound = phase === 't-90-prep' && parseInstant(publishedAt) !== undefined && messageId.length <= 128;
      if (!isSound || (slotDueAt !== undefined && parseInstant(slotDueAt) === undefined))
        faults.push(JSON.stringify(parsed.trigger));
    } else if (Buffer.byteLength(JSON.stringify(parsed.evidence)) > 8192)
      faults.push('a quarantine record is too large');
  } catch (error) {
    faults.push(String(error));
  }
}
times.sort((a, b) => a - b);
const p99Ms = times[Math.floor(times.length * 0.99)] ?? 0;
const megabytes = Math.round(process.memoryUsage().heapUsed / 1_048_576);
console.log(
  JSON.stringify({ envelopes: count, accepted, crashes: faults.length, faults: faults.slice(0, 5), p99Ms, megabytes }),
);
process.exitCode = faults.length === 0 && p99Ms < 5 ? 0 : 1;

import fc from 'fast-check';
import { PHASE_NAMES } from '../../shared/domain/catalog.ts';
import type { Envelope } from '../../shared/envelope/parse-envelope.ts';
import { NOW } from './judge-envelopes.ts';

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

export const envelopes: fc.Arbitrary<Envelope> = fc.oneof(
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

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { badness } from '../../../shared/domain/verdict.ts';
import { FLIPS } from './flips.ts';
import { ask, configurationOf, exampleText, goodWorld, type Row, row, type World } from './world.ts';

/** A record that breaks each guardrail whose records can be added to, and breaks no reading. */
const VIOLATORS: Readonly<Record<string, (world: World) => void>> = {
  'GR-01': (world) => add(world, 'service_config', { service: 'x', environment: { COMPLIANCE_LEVEL: 'none' } }),
  'GR-02': (world) => add(world, 'service_config', { service: 'x', environment: { MIN_AGE: '' } }),
  'GR-05': (world) => add(world, 'orders', { ...row(world, 'orders'), order_id: 'nobody-decided' }),
  'GR-06': (world) => add(world, 'verifications', { ...row(world, 'verifications'), dob: '2010-01-01' }),
  'GR-08': (world) => add(world, 'verifications', { ...row(world, 'verifications'), status: 'pending_verification' }),
  'GR-09': (world) => add(world, 'consents', { age_attested: true, consented_at: null }),
  'GR-10': (world) => add(world, 'coa_records', { ...row(world, 'coa_records'), delta9_pct: 9 }),
  'GR-11': (world) => add(world, 'catalog', { ...row(world, 'catalog'), sku: 'without-certificate' }),
  'GR-12': (world) => add(world, 'coa_records', { ...row(world, 'coa_records'), lab_accreditation: '' }),
  'GR-13': (world) => add(world, 'coa_records', { ...row(world, 'coa_records'), pesticides: null }),
  'GR-14': (world) => add(world, 'coa_records', { ...row(world, 'coa_records'), result_date: '2001-01-01' }),
  'GR-15': (world) => add(world, 'catalog', { ...row(world, 'catalog'), lot_number: 'wrong' }),
  'GR-18': (world) => add(world, 'catalog', { ...row(world, 'catalog'), product_name: '' }),
  'GR-22': (world) => add(world, 'licences', { expires_at: '2020-01-01' }),
  'GR-24': (world) => add(world, 'orders', { ...row(world, 'orders'), taxCalculated: null }),
  'GR-25': (world) => add(world, 'metrics', { metric: 'age_gate_pass_rate_percent', value: 1, samples: 1 }),
  'GR-26': (world) => add(world, 'pci', { last_passed_at: '2020-01-01' }),
  'GR-29': (world) => add(world, 'tracked_files', { path: 'infra/service-key.json' }),
  'GR-30': (world) => add(world, 'orders', { ...row(world, 'orders'), order_id: 'without-row' }),
};

function add(world: World, set: string, record: Row): void {
  world.sets[set]?.push(record);
}

const rank = { passed: 0, shadow: 0, waived: 1, inconclusive: 2, failed: 3 } as const;
/** One record of a set turned into something that cannot be judged. */
const spoil = fc.record({
  set: fc.constantFrom('orders', 'verifications', 'coa_records', 'catalog', 'metrics', 'licences'),
  field: fc.constantFrom('order_id', 'dob', 'delta9_pct', 'result_date', 'value', 'expires_at', 'decided_at', 'sku'),
  value: fc.constantFrom<unknown>(undefined, null, '', 'x', 0, true, [], {}, Number.NaN),
});

describe('the verdict', () => {
  it('never gets better by a further record that breaks a guardrail, whatever else is wrong', async () => {
    const anyFlips = fc.subarray([...FLIPS], { maxLength: 6 });
    const spoils = fc.array(spoil, { maxLength: 3 });
    const violators = fc.subarray(Object.keys(VIOLATORS), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(anyFlips, spoils, violators, async (flips, spoiled, added) => {
        const world = goodWorld();
        for (const { apply } of flips) apply(world);
        for (const { set, field, value } of spoiled) row(world, set)[field] = value;
        const before = await ask(world);
        for (const id of added) VIOLATORS[id]?.(world);
        const after = await ask(world);
        assert.ok(badness(after.verdict) >= badness(before.verdict), `${before.verdict} became ${after.verdict}`);
        for (const id of added) {
          const [was, is] = [before.results[id], after.results[id]] as (keyof typeof rank)[];
          assert.ok(rank[is ?? 'passed'] >= rank[was ?? 'passed'], `${id}: ${was} became ${is}`);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('does not depend on the order of the records', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...FLIPS], { maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        async (flips, numbers) => {
          const [world, shuffled] = [goodWorld(), goodWorld()];
          for (const { apply } of flips) {
            apply(world);
            apply(shuffled);
          }
          for (const rows of Object.values(shuffled.sets)) {
            rows.sort(() => ((numbers.next().value ?? 0) % 2 === 0 ? 1 : -1));
          }
          assert.deepEqual((await ask(shuffled)).results, (await ask(world)).results);
        },
      ),
      { numRuns: 30 },
    );
  });
});

/** Marks that stand in every value that is about a person, or is a secret; none may come out. */
const CANARIES = [
  'CANARY-NAME',
  'canary@mail.example',
  '1987-06-05',
  'CANARY-STREET',
  'Bearer CANARYCANARYCANARYCANARY',
];

describe('what leaves the evaluator', () => {
  const keyed = configurationOf(
    exampleText
      .replace(/source_uri: "firestore:orders",/, 'source_uri: "firestore:orders", key: order_id,')
      .replace(
        /source_uri: "firestore:verifications",/,
        'source_uri: "firestore:verifications", pii: true, key: order_id,',
      ),
  );

  const marked = (): World => {
    const world = goodWorld();
    for (const rows of Object.values(world.sets)) {
      for (const record of rows) {
        record.customer_name = CANARIES[0];
        record.contact = { mail: CANARIES[1], street: CANARIES[3], born: [CANARIES[2]] };
        record.authorization = CANARIES[4];
      }
    }
    for (const [index, record] of (world.sets.verifications ?? []).entries()) {
      record.dob = CANARIES[2];
      record.order_id = `CANARY-NAME-${index + 1}`;
    }
    for (const [index, record] of (world.sets.orders ?? []).entries()) record.order_id = `CANARY-NAME-${index + 1}`;
    for (const page of Object.values(world.pages)) page.body += `<p>${CANARIES.join(' ')} anxiety</p>`;
    return world;
  };

  it('holds no personal datum, with every guardrail broken and with every record unreadable', async () => {
    const broken = marked();
    for (const { apply } of FLIPS) apply(broken);
    const unreadable = marked();
    for (const rows of Object.values(unreadable.sets)) {
      for (const record of rows) {
        for (const name of Object.keys(record)) if (!name.endsWith('_id')) record[name] = [CANARIES[0], CANARIES[2]];
      }
    }
    for (const world of [marked(), broken, unreadable]) {
      const { everything } = await ask(world, keyed);
      for (const canary of CANARIES) assert.ok(!everything.includes(canary), `${canary} came out`);
      assert.doesNotMatch(everything, /CANARY/i);
    }
    assert.notEqual((await ask(broken, keyed)).verdict, 'passed');
  });
});

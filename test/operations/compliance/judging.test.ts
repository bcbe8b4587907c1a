import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Waiver } from '../../../shared/domain/override.ts';
import { auditCompliance } from '../../../shared/operations/compliance/audit-compliance.ts';
import { checkCompliance } from '../../../shared/operations/compliance/check-compliance.ts';
import { scopedCompliance } from '../../../shared/operations/compliance/scoped-compliance.ts';
import { validateCompliance } from '../../../shared/operations/compliance/validate-compliance.ts';
import type { EvidencePort } from '../../../shared/ports/evidence.ts';
import { createContext } from '../../support/operation-context.ts';
import { ask, configurationOf, example, exampleText, goodWorld, NOW, type Row, row, type World } from './world.ts';

const BASE = `
schema_version: "1"
deployment: {project_id: livhana-fixture, region: us-central1, environment: production, compliance_level: "21+", store_timezone: America/Chicago}
repositories: [{name: LivHana-SoT, url: "https://git.example/LivHana-SoT"}]
`;
const withRules = (text: string) => configurationOf(`${BASE}${text}`);

const SALES = (more = '', rule = 'severity: high') => `
evidence: {sales: {source_uri: "gs://livhana-evidence/sales.ndjson", max_age_h: 24, key: id${more}}}
guardrails: [{id: S-1, title: sales are paid, check: records_all, evidence: sales, expr: "sales.paid", ${rule}}]
`;
const salesWorld = (...sales: Row[]): World => ({ ...goodWorld(), sets: { sales } });
const sale = (id: unknown, paid: unknown = true): Row => ({ id, paid });

const waiver = (more: Partial<Waiver> = {}): Waiver => ({
  id: 'waiver-1',
  guardrail: 'S-1',
  records: ['b'],
  owner: 'ana@livhana.example',
  approvers: ['ana@livhana.example'],
  reason: 'paid in cash',
  at: '2026-11-20T00:00:00.000Z',
  until: '2026-12-20T00:00:00.000Z',
  ...more,
});

describe('findings', () => {
  it('name how many of how many records and which, with the basis in law and the remedy', async () => {
    const rule = 'severity: high, basis: "Tax Code 151", remedy: "collect the money", owner: Ana';
    const answer = await ask(salesWorld(sale('a'), sale('b', false), sale('c', false)), withRules(SALES('', rule)));
    const [finding] = answer.findings;
    assert.equal(finding?.message, 'sales are paid: 2 of 3 records break it: b, c');
    assert.equal(finding?.remedy, 'collect the money');
    assert.deepEqual(finding?.facts?.records, ['b', 'c']);
    assert.equal(finding?.facts?.basis, 'Tax Code 151');
    assert.equal(finding?.facts?.owner, 'Ana');
  });

  it('show at most twenty ids and count all', async () => {
    const sales = Array.from({ length: 50 }, (_, index) => sale(`s-${index}`, false));
    const { findings } = await ask(salesWorld(...sales), withRules(SALES()));
    assert.match(findings[0]?.message ?? '', /^sales are paid: 50 of 50 records/);
    assert.equal((findings[0]?.facts?.records as string[] | undefined)?.length, 20);
  });

  it('tell what breaks and what cannot be judged apart, and the worse decides', async () => {
    const world = salesWorld(sale('a'), sale('b', false), { id: 'c' });
    const { findings, verdict } = await ask(world, withRules(SALES('', 'severity: medium')));
    assert.deepEqual(
      findings.map(({ code, verdict: each }) => [code, each]),
      [
        ['violated', 'degraded'],
        ['undecidable-records', 'inconclusive'],
      ],
    );
    assert.equal(verdict, 'inconclusive');
  });

  it('keep what was found before evidence broke off', async () => {
    const world = salesWorld(sale('a', false), sale('b'));
    world.breaksAfter.sales = 1;
    const { findings } = await ask(world, withRules(SALES('', 'severity: critical')));
    assert.deepEqual(
      findings.map(({ code, verdict }) => [code, verdict]),
      [
        ['violated', 'violated'],
        ['unreadable-evidence', 'inconclusive'],
      ],
    );
  });

  it('name records of people by a keyed hash, another one under another key', async () => {
    const configuration = withRules(SALES(', pii: true'));
    const world = salesWorld(sale('maria@mail.example', false));
    const first = await ask(world, configuration);
    assert.doesNotMatch(first.everything, /maria/);
    assert.match(first.findings[0]?.message ?? '', /records break it: hmac:[0-9a-f]{24}$/);
    assert.deepEqual((await ask(world, configuration)).findings, first.findings);
    world.environment = { ...world.environment, HIGHNOON_PII_KEY: 'another' };
    assert.notDeepEqual((await ask(world, configuration)).findings, first.findings);
  });

  it('strip ids of what could break a line', async () => {
    const { findings } = await ask(salesWorld(sale('a\nCRITICAL: all good\u202e', false)), withRules(SALES()));
    assert.doesNotMatch(findings[0]?.message ?? '', /[\n\u202e]/);
  });

  it('say of a set without records that nothing is proven, unless none is fine', async () => {
    const empty = await ask(salesWorld(), withRules(SALES()));
    assert.equal(empty.results['S-1'], 'inconclusive');
    const allowed = await ask(salesWorld(), withRules(SALES('', 'severity: high, allow_empty: true')));
    assert.equal(allowed.verdict, 'passed');
  });
});

describe('warnings', () => {
  const DATES = `
evidence: {scans: {source_uri: "gs://livhana-evidence/scans.ndjson", max_age_h: 24, key: id}}
guardrails: [{id: D-1, title: scanned, check: max_age_days, evidence: scans, field: at, max: 90, warn: 30, severity: critical}]
`;
  it('degrade before the limit is reached, and the guardrail still holds', async () => {
    const world = { ...goodWorld(), sets: { scans: [{ id: 'x', at: '2026-10-20' }] } };
    const answer = await ask(world, withRules(DATES));
    assert.equal(answer.verdict, 'degraded');
    assert.equal(answer.results['D-1'], 'passed');
    assert.equal(answer.findings[0]?.code, 'nearly-violated');
  });
});

describe('shadow rules', () => {
  it('run and are reported, and judge nothing', async () => {
    const answer = await ask(salesWorld(sale('a', false)), withRules(SALES('', 'severity: critical, shadow: true')));
    assert.equal(answer.verdict, 'passed');
    assert.equal(answer.results['S-1'], 'shadow');
    assert.equal(answer.findings[0]?.shadow, true);
    const [, kept] = (answer.output as { results: { state: string }[] }).results;
    assert.equal(kept?.state, 'failed');
  });
});

describe('waivers', () => {
  const judged = async (sales: Row[], waivers: Waiver[], rule = 'severity: high', text = SALES('', rule)) => {
    const world = { ...salesWorld(...sales), waivers };
    return ask(world, withRules(text));
  };

  it('make a finding degraded when they cover every record that breaks it, and are shown', async () => {
    const answer = await judged([sale('a'), sale('b', false)], [waiver()]);
    assert.equal(answer.verdict, 'degraded');
    assert.equal(answer.results['S-1'], 'waived');
    assert.equal(answer.findings[0]?.soft, true);
    assert.equal(answer.findings[0]?.facts?.waiver, 'waiver-1');
    assert.match(answer.findings[1]?.message ?? '', /waived by ana@livhana.example until 2026-12-20.*paid in cash/);
  });

  it('excuse nothing once another record breaks it, which is then named first', async () => {
    const answer = await judged([sale('b', false), sale('z', false)], [waiver()]);
    assert.equal(answer.verdict, 'failed');
    assert.match(answer.findings[0]?.message ?? '', /2 of 2 records break it, 1 of them waived: z, b/);
  });

  it('of the whole guardrail excuse evidence that is missing too; those of records do not', async () => {
    const missing = { ...goodWorld(), sets: {} };
    const whole = await ask({ ...missing, waivers: [waiver({ records: [] })] }, withRules(SALES()));
    assert.equal(whole.verdict, 'degraded');
    assert.equal(whole.results['S-1'], 'waived');
    const some = await ask({ ...missing, waivers: [waiver()] }, withRules(SALES()));
    assert.equal(some.verdict, 'inconclusive');
  });

  it('are warned of seven days before their end, also when nothing breaks', async () => {
    const ends = await judged([sale('a')], [waiver({ until: '2026-12-01T11:30:00.000Z' })]);
    assert.deepEqual(
      ends.findings.map(({ code, state }) => [code, state]),
      [['waiver-ends-soon-waiver-1', 'noted']],
    );
    const later = await judged([sale('a')], [waiver({ until: '2026-12-01T11:30:00.001Z' })]);
    assert.equal(later.findings[0]?.code, 'waived-waiver-1');
  });

  it('count no more at the moment they expire', async () => {
    assert.equal((await judged([sale('b', false)], [waiver({ until: NOW })])).verdict, 'failed');
  });

  it('of a critical guardrail need two people', async () => {
    const critical = 'severity: critical';
    assert.equal((await judged([sale('b', false)], [waiver()], critical)).verdict, 'violated');
    const same = waiver({ approvers: ['ana@livhana.example', 'ana@livhana.example'] });
    assert.equal((await judged([sale('b', false)], [same], critical)).verdict, 'violated');
    const two = waiver({ approvers: ['ana@livhana.example', 'sam@livhana.example'] });
    assert.equal((await judged([sale('b', false)], [two], critical)).verdict, 'degraded');
  });

  it('of one person do for a critical guardrail where the business has one operator and says so', async () => {
    const single = `${SALES('', 'severity: critical')}people: {operators: [ana@livhana.example], single_operator: true}\n`;
    assert.equal((await judged([sale('b', false)], [waiver()], '', single)).verdict, 'degraded');
  });
});

describe('the level of the process', () => {
  const level = async (value: string | undefined) => ask({ ...goodWorld(), environment: { COMPLIANCE_LEVEL: value } });

  it('is a violation when it is another one than the configured', async () => {
    for (const value of ['none', '18+', '21', '21+ ']) {
      const answer = await level(value);
      assert.equal(answer.verdict, 'violated', value);
      assert.equal(answer.findings[0]?.id, 'audit-compliance/COMPLIANCE_LEVEL/violated');
    }
  });

  it('cannot be told when it is not set', async () => {
    for (const value of [undefined, '']) assert.equal((await level(value)).verdict, 'inconclusive');
  });

  it('is judged where there are no guardrails, and these are missed', async () => {
    const bare = withRules('');
    const good = await ask(goodWorld(), bare);
    assert.equal(good.verdict, 'inconclusive');
    assert.equal(good.findings[0]?.code, 'no-guardrails');
    assert.equal((await ask({ ...goodWorld(), environment: { COMPLIANCE_LEVEL: 'none' } }, bare)).verdict, 'violated');
  });
});

describe('scopes', () => {
  const scoped = configurationOf(
    exampleText
      .replace(/id: GR-10,/, 'id: GR-10,\n      scopes: [pre-flight, weekly],')
      .replace(/id: GR-12,/, 'id: GR-12,\n      scopes: [final],'),
  );
  const ran = async (operation: typeof auditCompliance) =>
    Object.keys((await ask(goodWorld(), scoped, operation)).results);

  it('decide what runs at T-90 and noon; T-30 runs all', async () => {
    const [early, audit, final] = [
      await ran(checkCompliance),
      await ran(auditCompliance),
      await ran(validateCompliance),
    ];
    assert.ok(early.includes('GR-10') && !early.includes('GR-12'));
    assert.ok(final.includes('GR-12') && !final.includes('GR-10'));
    assert.equal(audit.length, 31);
    assert.ok((await ran(scopedCompliance('weekly'))).includes('GR-10'));
    assert.ok(!(await ran(scopedCompliance('snapshot'))).includes('GR-10'));
  });

  it('without a guardrail in them still judge the level', async () => {
    const none = withRules(SALES('', 'severity: high, scopes: [weekly]'));
    const answer = await ask(salesWorld(), none, validateCompliance);
    assert.equal(answer.verdict, 'passed');
    assert.equal(answer.findings[0]?.code, 'none-in-scope');
  });
});

describe('joins', () => {
  const JOINED = (check: string) => `
evidence:
  orders: {source_uri: "firestore:orders", max_age_h: 24, key: id, fields: {id: string, state: string}}
  rows: {source_uri: "firestore:rows", max_age_h: 24, fields: {id: string, state: string}}
guardrails: [{id: J-1, title: joined, ${check}, evidence: orders, join: rows, match: [id], severity: critical}]
`;

  it('of a live collection look again before a record has no partner', async () => {
    const configuration = withRules(JOINED('check: join_complete'));
    let readings = 0;
    const evidence: EvidencePort = {
      async open({ name }) {
        if (name === 'rows') readings += 1;
        // The second order and its row came in while the first reading was under way.
        const ids = name === 'orders' || readings > 1 ? ['1', '2'] : ['1'];
        async function* records() {
          for (const id of ids) yield { id };
        }
        return { updatedAt: null, request: name, records: records(), digest: () => `sha256:${readings}` };
      },
    };
    const environment = { COMPLIANCE_LEVEL: '21+' };
    const http = { request: () => Promise.reject(new Error('nobody is asked')) };
    const context = createContext({ ports: { evidence, http }, configuration, environment, now: () => NOW });
    assert.deepEqual((await auditCompliance.run(context)).findings, []);
    assert.equal(readings, 2);
  });

  it('cannot tell when the joined evidence is larger than what can be held', async () => {
    const configuration = withRules(JOINED('check: records_all, expr: "rows.state != \'OK\'"'));
    const state = 'x'.repeat(200_000);
    const rows = Array.from({ length: 600 }, (_, index) => ({ id: String(index), state }));
    const answer = await ask({ ...goodWorld(), sets: { orders: [{ id: '599' }], rows } }, configuration);
    assert.deepEqual(
      answer.findings.map(({ code }) => code),
      ['join-too-large'],
    );
    assert.equal(answer.verdict, 'inconclusive');
  });

  it('judge every pair that a record makes', async () => {
    const configuration = withRules(JOINED('check: records_all, expr: "o.state == rows.state"'));
    const world = (rows: Row[]) => ({ ...goodWorld(), sets: { orders: [{ id: '1', state: 'TX' }], rows } });
    assert.equal((await ask(world([{ id: '1', state: 'TX' }]), configuration)).verdict, 'passed');
    const rows = [
      { id: '1', state: 'TX' },
      { id: '1', state: 'OK' },
    ];
    assert.equal((await ask(world(rows), configuration)).verdict, 'violated');
    assert.equal((await ask(world([{ id: '2', state: 'TX' }]), configuration)).verdict, 'violated');
  });

  it('tell a gap as a fault of its own where nothing else does', async () => {
    const alone = configurationOf(exampleText.replace(/ {2}- \{\n\s+id: GR-11,[^}]*\}\n/, ''));
    assert.equal(alone.guardrails.length, example.guardrails.length - 1);
    const world = goodWorld();
    world.sets.catalog?.push({ ...row(world, 'catalog'), sku: 'D' });
    assert.equal((await ask(world, alone)).results['GR-15'], 'failed');
  });
});

/**
 * What an audit costs: 20 guardrails over many documents, from the bytes of an object to findings, with the part that
 * is decoding told apart, the memory it takes, and how the cost grows from 1,000 to 1,000,000 documents (with --quick to
 * 10,000). Usage: node guardrails.bench.ts [--documents N] [--quick] [--json]
 */
import { createEvidence } from '../../shared/adapters/evidence/index.ts';
import { type Configuration, parseConfiguration } from '../../shared/domain/configuration/index.ts';
import { judgeGuardrails } from '../../shared/operations/compliance/judge-guardrails.ts';
import type { EvidencePort } from '../../shared/ports/evidence.ts';
import { orRefuse, parsedOptions, wholeNumber } from '../proof/arguments.ts';
import { fittedExponent, isQuick, tell } from './report.ts';

const DOCUMENTS = orRefuse(() => {
  const { documents } = parsedOptions({
    documents: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const asked = documents ?? (isQuick ? '10000' : '100000');
  return wholeNumber('--documents', asked, { least: 1, most: 10_000_000 });
});
const NOW = '2026-11-24T11:30:00.000Z';
const SIZES = isQuick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000];
const WARM_UP = isQuick ? 2_000 : 20_000;

const CONDITIONS = [
  "d.decision == 'approved' && d.decided_at <= d.completed_at",
  'calendar_age(d.dob, d.completed_at, tz) >= 21',
  "!(d.status == 'pending' && age_h(d.created_at) > 72.0)",
  'd.attested && d.consented_at != null',
  'd.delta9_pct - d.uncertainty_pct <= 0.3',
  "d.lab == 'ISO/IEC 17025'",
  '!(d.novel && !d.validated)',
  "d.state in ['TX']",
  'd.total >= 0.0 && d.paid',
  "d.url.startsWith('https://') && !d.url.contains('login')",
  "d.id.matches('^order-[0-9]+$')",
  'd.items.all(i, i.quantity > 0.0)',
  "d.items.exists(i, i.sku == 'SKU-1')",
  "d.completed_at - d.decided_at < duration('72h')",
];
const OTHERS = [
  'check: fields_true, fields: [paid, attested, validated]',
  'check: fields_present, fields: [id, url, lab, dob, state, status]',
  'check: max_age_days, field: completed_at, max: 365, warn: 300',
  'check: records_all, fields: [lab_a, lab_b], value: pass',
  'check: records_none, expr: "d.state == \'OK\'"',
  'check: content_deny, deny: ["Bearer [A-Za-z0-9._-]{20,}", "BEGIN PRIVATE KEY"]',
];

function configuration(): Configuration {
  const rules = [...CONDITIONS.map((expr) => `check: records_all, expr: ${JSON.stringify(expr)}`), ...OTHERS];
  const text = `
schema_version: "1"
deployment: {project_id: livhana-fixture, region: us-central1, environment: production, compliance_level: "21+", store_timezone: America/Chicago}
repositories: [{name: r, url: "https://git.example/r"}]
evidence:
  docs: {source_uri: "gs://livhana-evidence/docs.ndjson", max_age_h: 24, alias: d, key: id, pii: true, fields: {id: string, decision: string, decided_at: timestamp, completed_at: timestamp, created_at: timestamp, consented_at: timestamp, dob: date, status: string, attested: bool, delta9_pct: double, uncertainty_pct: double, lab: string, lab_a: string, lab_b: string, novel: bool, validated: bool, state: string, total: double, paid: bool, url: string, items: list}}
guardrails:
${rules.map((rule, index) => `  - {id: B-${index + 1}, title: rule ${index + 1}, ${rule}, evidence: docs, severity: high}`).join('\n')}
`;
  const parsed = parseConfiguration(text, { fileName: 'bench.yaml' });
  if (!parsed.ok) throw new Error(parsed.mistakes.map(({ path, message }) => `${path} ${message}`).join('; '));
  return parsed.configuration;
}

/** Documents come in blocks that are made once, so that making them is not timed and memory stays flat. */
const BLOCK = 1_000;
const block = Array.from({ length: BLOCK }, (_, i) => ({
  id: `order-${i}`,
  decision: 'approved',
  decided_at: '2026-11-20T10:00:00Z',
  completed_at: `2026-11-20T1${i % 10}:30:00Z`,
  created_at: '2026-11-20T09:00:00Z',
  consented_at: '2026-10-01T00:00:00Z',
  dob: `19${60 + (i % 40)}-0${1 + (i % 9)}-15`,
  status: 'verified',
  attested: true,
  delta9_pct: 0.2,
  uncertainty_pct: 0.03,
  lab: 'ISO/IEC 17025',
  lab_a: 'pass',
  lab_b: 'pass',
  novel: false,
  validated: true,
  state: i % 500 === 0 ? 'OK' : 'TX',
  total: 19.75,
  paid: true,
  url: `https://coa.example/${i}`,
  items: [{ sku: 'SKU-1', quantity: 1 + (i % 3) }],
}));
const bytesOf = (documents: typeof block) =>
  Buffer.from(documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
const bytes = bytesOf(block);

function evidenceOf(documents: number, settings: Configuration): EvidencePort {
  const absent = () => {
    throw new Error('the bench asks for objects alone');
  };
  const info = { uri: 'gs://livhana-evidence/docs.ndjson', bytes: 0, generation: '1', updatedAt: NOW, metadata: {} };
  return createEvidence({
    configuration: settings,
    objects: {
      stat: async () => info,
      list: absent,
      async *read() {
        for (let made = BLOCK; made <= documents; made += BLOCK) yield bytes;
        if (documents % BLOCK > 0) yield bytesOf(block.slice(0, documents % BLOCK));
      },
    },
    http: { request: absent },
    services: { describe: absent, revision: absent },
    repositories: { listRefs: absent, listFiles: absent },
    collections: { open: absent },
    metrics: { latest: absent },
  });
}

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function timed(work: () => Promise<unknown>): Promise<Timed> {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
}

async function decodeOnly(documents: number): Promise<void> {
  const uri = 'gs://livhana-evidence/docs.ndjson';
  const set = await evidenceOf(documents, settings).open({ name: 'docs', uri, format: 'ndjson' }, {});
  for await (const _ of set.records);
}

async function audit(documents: number): Promise<number> {
  const ports = {
    evidence: evidenceOf(documents, settings),
    http: { request: () => Promise.reject(new Error('nobody is asked')) },
  };
  const signal = new AbortController().signal;
  const context = { ports, configuration: settings, environment: {}, waivers: [], now: () => NOW, signal };
  const { results } = await judgeGuardrails(context, settings.guardrails);
  if (results.some(({ checked, undecided }) => checked !== documents || undecided > 0))
    throw new Error(`not every document was judged: ${JSON.stringify(results.find(({ undecided }) => undecided > 0))}`);
  return results.reduce((sum, { failed }) => sum + failed, 0);
}

const settings = configuration();
await audit(WARM_UP);
const decoding = await timed(() => decodeOnly(DOCUMENTS));
let failed = 0;
const whole = await timed(async () => {
  failed = await audit(DOCUMENTS);
});
const evaluations = DOCUMENTS * settings.guardrails.length;
const millions = (cpuSeconds: number) => evaluations / cpuSeconds / 1e6;
const judging = Math.max(1e-6, whole.cpuSeconds - decoding.cpuSeconds);

const curve: { size: number; cost: number }[] = [];
for (const documents of SIZES) {
  const rounds = Math.max(1, Math.round(WARM_UP / documents));
  const { cpuSeconds } = await timed(async () => {
    for (let round = 0; round < rounds; round += 1) await audit(documents);
  });
  curve.push({ size: documents, cost: cpuSeconds / rounds });
}
tell('guardrails', [
  { what: 'rules', value: settings.guardrails.length, unit: 'rules' },
  { what: 'documents', value: DOCUMENTS, unit: 'documents' },
  { what: 'their bytes', value: ((bytes.length / BLOCK) * DOCUMENTS) / 1e6, unit: 'MB' },
  { what: 'evaluations', value: evaluations, unit: 'evaluations' },
  { what: 'evaluations that fail', value: failed, unit: 'evaluations' },
  { what: 'decoding, processor', value: decoding.cpuSeconds, unit: 's' },
  { what: 'judging, processor', value: judging, unit: 's' },
  { what: 'the whole audit, processor', value: whole.cpuSeconds, unit: 's' },
  { what: 'the whole audit, elapsed', value: whole.seconds, unit: 's' },
  { what: 'judging: evaluations a processor second', value: millions(judging), unit: 'M/s', reach: 1.5, least: true },
  { what: 'the whole audit: evaluations a processor second', value: millions(whole.cpuSeconds), unit: 'M/s' },
  ...curve.map(({ size, cost }) => ({ what: `audit of ${size} documents, processor`, value: cost, unit: 's' })),
  { what: 'audit: fitted exponent', value: fittedExponent(curve), unit: 'exponent', reach: 1.15 },
  { what: 'memory at the peak', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB', reach: 256 },
]);

import { readFileSync } from 'node:fs';
import { type Configuration, explainMistakes, parseConfiguration } from '../../../shared/domain/configuration/index.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import { type Finding, judgeResult } from '../../../shared/domain/finding.ts';
import { digestOf } from '../../../shared/domain/json.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import type { Waiver } from '../../../shared/domain/override.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';
import { auditCompliance } from '../../../shared/operations/compliance/audit-compliance.ts';
import type { EvidencePort } from '../../../shared/ports/evidence.ts';
import type { HttpPort, HttpResponse } from '../../../shared/ports/http.ts';
import type { PortMap } from '../../../shared/ports/port-map.ts';
import { checkExpression } from '../../../shared/runtime/check-expressions.ts';
import { createContext } from '../../support/operation-context.ts';

export const NOW = '2026-11-24T11:30:00.000Z';

export type Row = Record<string, unknown>;

/** Everything that guardrails look at, as data that a test may change before it asks. */
export interface World {
  readonly sets: Record<string, Row[]>;
  readonly pages: Record<string, { status: number; body: string }>;
  /** What the site answers to a forged cookie. */
  forgedStatus: number;
  /** Status of each address of a certificate. */
  readonly statuses: Record<string, number>;
  /** When each evidence was written; what is not listed is asked live. */
  readonly updatedAt: Record<string, string>;
  /** Evidence that cannot be opened. */
  readonly failing: Record<string, PortErrorCode>;
  /** Evidence that breaks off after so many records. */
  readonly breaksAfter: Record<string, number>;
  environment: Record<string, string | undefined>;
  waivers: Waiver[];
}

export function configurationOf(text: string): Configuration {
  const parsed = parseConfiguration(text, { fileName: 'test.yaml', allowSample: true, checkExpression });
  if (!parsed.ok) throw new Error(explainMistakes(parsed.mistakes, parsed.fileName));
  return parsed.configuration;
}

/** The worked example with its 30 guardrails. */
export const exampleText = readFileSync(new URL('../../domain/configuration/herbitrage.yaml', import.meta.url), 'utf8');
export const example = configurationOf(exampleText);

export interface Answer {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly results: Readonly<Record<string, string>>;
  /** All that leaves the operation, as text. */
  readonly everything: string;
  readonly output: unknown;
  readonly evidence: readonly { readonly subject: string; readonly value?: unknown; readonly digest?: string }[];
}

/** Runs a compliance operation over the world and judges what it found. */
export async function ask(
  world: World,
  configuration: Configuration = example,
  operation: Operation<PortMap> = auditCompliance,
): Promise<Answer> {
  const { environment, waivers } = world;
  const ports = { evidence: evidenceOf(world, configuration), http: httpOf(world) };
  const context = createContext({ ports, configuration, environment, waivers, now: () => NOW });
  const outcome = await operation.run(context);
  const { verdict, findings } = judgeResult(operation.name, operation.failure, outcome);
  const output = outcome.output as { results: { guardrail: string; result: string }[] };
  const results = Object.fromEntries(output.results.map(({ guardrail, result }) => [guardrail, result]));
  const everything = JSON.stringify({ findings, evidence: outcome.evidence, output });
  return { verdict, findings, results, everything, output, evidence: outcome.evidence };
}

export function evidenceOf(world: World, configuration: Configuration): EvidencePort {
  return {
    async open({ name, uri }) {
      const failure = world.failing[name];
      if (failure !== undefined) throw new PortError('evidence', failure, `${uri}: told to fail`);
      const site = configuration.evidence[name]?.source_uri ?? '';
      const isSite = site.startsWith('https://') || site.startsWith('sample://');
      const rows = isSite ? pageRows(world, uri, uri.slice(site.length)) : world.sets[name];
      if (rows === undefined) throw new PortError('evidence', 'not-found', `${uri} is absent`);
      const limit = world.breaksAfter[name];
      async function* records() {
        for (const [index, row] of (rows ?? []).entries()) {
          if (index === limit) throw new PortError('evidence', 'invalid', `${uri}: line ${index + 1} is not JSON`);
          yield row;
        }
      }
      return {
        updatedAt: world.updatedAt[name] ?? null,
        request: uri,
        records: records(),
        digest: () => digestOf(rows),
      };
    },
  };
}

function pageRows(world: World, url: string, route: string): Row[] {
  const page = world.pages[route];
  if (page === undefined) throw new PortError('http', 'unavailable', 'no such page in this world');
  return [{ url, ...page }];
}

function httpOf(world: World): HttpPort {
  return {
    async request(url, { cookie }): Promise<HttpResponse> {
      const status = cookie === undefined ? world.statuses[url] : world.forgedStatus;
      if (status === undefined) throw new PortError('http', 'unavailable', 'no answer');
      const body = new Uint8Array();
      const rest = { headers: {}, body, truncated: false as const, durationMs: 1, remoteAddress: '192.0.2.1' };
      return { status, ...rest, digest: digestOf('') };
    },
  };
}

const FOOTER = '21+ • No medical claims • Natural cannabinoids; NIST-validated methods.';
export const page = (text: string): string =>
  `<!doctype html><html><body data-age-gate="active"><main>${text}</main><footer>${FOOTER}</footer></body></html>`;

const PRODUCTS = ['A', 'B', 'C'];

/** A world in which each of the 30 guardrails of the example passes. */
export function goodWorld(): World {
  const orders = [1, 2, 3, 4].map((n) => ({
    order_id: `order-${n}`,
    completed_at: `2026-11-23T1${n}:00:00Z`,
    ship_to_state: 'TX',
    ageVerified: true,
    licenseValid: true,
    stateCompliant: true,
    limitCheck: true,
    auditLogged: true,
    taxCalculated: true,
  }));
  const sets: Record<string, Row[]> = {
    service_config: ['integration-service', 'age-verification-gate'].map((service) => ({
      service,
      environment: { COMPLIANCE_LEVEL: '21+', MIN_AGE: '21', ID_PROVIDER_MODE: 'live', AUTHORIZE_NET_SANDBOX: 'false' },
    })),
    orders,
    verifications: orders.map(({ order_id }, index) => ({
      order_id,
      decision: 'approved',
      status: 'verified',
      created_at: '2026-11-20T08:00:00Z',
      decided_at: '2026-11-23T09:00:00Z',
      dob: `19${80 + index}-05-05`,
    })),
    consents: [1, 2, 3].map(() => ({ age_attested: true, consented_at: '2026-11-01T00:00:00Z' })),
    catalog: PRODUCTS.map((sku) => ({
      sku,
      batch: `b-${sku}`,
      lot_number: `lot-${sku}`,
      lot_date: '2026-10-01',
      product_name: `Product ${sku}`,
      manufacturer: 'Maker',
      manufacturer_phone: '+1 512 555 0100',
      manufacturer_email: 'lab@maker.example',
      coa_url: `https://coa.example/${sku}.pdf`,
    })),
    coa_records: PRODUCTS.map((sku) => ({
      sku,
      batch: `b-${sku}`,
      lot_number: `lot-${sku}`,
      lab_accreditation: 'ISO/IEC 17025',
      delta9_pct: 0.25,
      uncertainty_pct: 0.05,
      residual_solvents: 'pass',
      heavy_metals: 'pass',
      pesticides: 'pass',
      microbials: 'pass',
      novel_cannabinoid: false,
      nist_validated: false,
      result_date: '2026-10-10',
    })),
    licences: [{ licence: 'TX-1', expires_at: '2027-06-01' }],
    pci: [{ last_passed_at: '2026-11-01T00:00:00Z' }],
    secrets_inventory: [{ secret: 'square-token', rotated_at: '2026-11-01' }],
    tracked_files: [{ repository: 'LivHana-SoT', path: 'src/index.ts', file: 'LivHana-SoT/src/index.ts' }],
    audit_log: orders.map(({ order_id }) => ({ order_id })),
    metrics: [
      { metric: 'age_gate_pass_rate_percent', labels: {}, value: 97, samples: 40, at: NOW },
      { metric: 'orders_total', labels: { channel: 'web' }, value: 12, samples: 12, at: NOW },
    ],
  };
  const pages = Object.fromEntries(
    ['/', '/products', '/checkout'].map((route) => [route, { status: 200, body: page('Texas hemp.') }]),
  );
  return {
    sets,
    pages,
    forgedStatus: 403,
    statuses: Object.fromEntries(PRODUCTS.map((sku) => [`https://coa.example/${sku}.pdf`, 200])),
    updatedAt: { catalog: '2026-11-24T09:00:00.000Z', coa_records: '2026-11-24T09:00:00.000Z' },
    failing: {},
    breaksAfter: {},
    environment: { COMPLIANCE_LEVEL: '21+' },
    waivers: [],
  };
}

/** A record of the world, to be changed. */
export function row(world: World, set: string, index = 0): Row {
  const found = world.sets[set]?.[index];
  if (found === undefined) throw new Error(`the world has no ${set}[${index}]`);
  return found;
}

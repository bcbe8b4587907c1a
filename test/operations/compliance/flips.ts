import { page, row, type World } from './world.ts';

/** One fact of the good world, turned so that exactly one guardrail of the example breaks. */
export interface Flip {
  readonly guardrail: string;
  readonly fact: string;
  apply(world: World): void;
}

const flip = (guardrail: string, fact: string, apply: (world: World) => void): Flip => ({ guardrail, fact, apply });
const setting = (guardrail: string, name: string, value: string) =>
  flip(guardrail, `${name} is ${value} in one service`, (world) => {
    (row(world, 'service_config', 1).environment as Record<string, string>)[name] = value;
  });
const field = (guardrail: string, set: string, index: number, name: string, value: unknown) =>
  flip(guardrail, `${set}[${index}].${name} is ${String(value)}`, (world) => {
    row(world, set, index)[name] = value;
  });
const onPage = (guardrail: string, route: string, fact: string, change: (body: string) => string) =>
  flip(guardrail, fact, (world) => {
    const found = world.pages[route];
    if (found !== undefined) world.pages[route] = { ...found, body: change(found.body) };
  });
const says = (text: string) => (body: string) => body.replace('</main>', `<p>${text}</p></main>`);

export const FLIPS: readonly Flip[] = [
  setting('GR-01', 'COMPLIANCE_LEVEL', '18+'),
  setting('GR-02', 'MIN_AGE', '20'),
  onPage('GR-03', '/products', 'one page lost its gate', (body) => body.replace(' data-age-gate="active"', '')),
  flip('GR-04', 'the site believes a forged cookie', (world) => {
    world.forgedStatus = 200;
  }),
  field('GR-05', 'verifications', 0, 'decision', 'rejected'),
  // 21 on the day after the sale, in the store's zone.
  field('GR-06', 'verifications', 1, 'dob', '2005-11-24'),
  setting('GR-07', 'ID_PROVIDER_MODE', 'mock'),
  field('GR-08', 'verifications', 2, 'status', 'pending_verification'),
  field('GR-09', 'consents', 1, 'age_attested', false),
  field('GR-10', 'coa_records', 0, 'delta9_pct', 0.36),
  flip('GR-11', 'a product has no certificate', (world) => {
    world.sets.catalog?.push({ ...row(world, 'catalog'), sku: 'D' });
  }),
  field('GR-12', 'coa_records', 1, 'lab_accreditation', 'none'),
  field('GR-13', 'coa_records', 2, 'heavy_metals', 'fail'),
  field('GR-14', 'coa_records', 0, 'result_date', '2025-11-23'),
  field('GR-15', 'catalog', 1, 'lot_number', 'another'),
  flip('GR-16', 'a certificate asks for a login', (world) => {
    world.statuses['https://coa.example/C.pdf'] = 401;
  }),
  field('GR-17', 'coa_records', 1, 'novel_cannabinoid', true),
  field('GR-18', 'catalog', 2, 'manufacturer_phone', ' '),
  onPage('GR-19', '/', 'a page makes a medical claim', says('Our tincture treats <b>anxiety</b>.')),
  onPage('GR-20', '/', 'a page speaks of smoking', says('Smokable flower')),
  onPage('GR-21', '/', 'a page lost its footer', (body) => body.replace('NIST-validated', 'validated')),
  field('GR-22', 'licences', 0, 'expires_at', '2026-12-24'),
  field('GR-23', 'orders', 1, 'ship_to_state', 'OK'),
  field('GR-24', 'orders', 2, 'limitCheck', false),
  field('GR-25', 'metrics', 0, 'value', 89.9),
  field('GR-26', 'pci', 0, 'last_passed_at', '2026-08-25T00:00:00Z'),
  setting('GR-27', 'AUTHORIZE_NET_SANDBOX', 'true'),
  flip('GR-28', 'a label carries an address', (world) => {
    row(world, 'metrics', 1).labels = { channel: 'someone@mail.example' };
  }),
  flip('GR-29', 'a secret file is tracked', (world) => {
    world.sets.tracked_files?.push({
      repository: 'LivHana-SoT',
      path: 'backend/.env',
      file: 'LivHana-SoT/backend/.env',
    });
  }),
  flip('GR-30', 'an order has no audit row', (world) => {
    world.sets.audit_log?.splice(3, 1);
  }),
];

/** Facts on the right side of each limit: the guardrail holds, exactly. */
export const HARMLESS: readonly Flip[] = [
  setting('GR-02', 'MIN_AGE', '21'),
  field('GR-05', 'verifications', 0, 'decided_at', '2026-11-23T11:00:00Z'),
  field('GR-06', 'verifications', 1, 'dob', '2005-11-23'),
  field('GR-08', 'verifications', 2, 'status', 'verified'),
  field('GR-10', 'coa_records', 0, 'delta9_pct', 0.35),
  field('GR-14', 'coa_records', 0, 'result_date', '2026-08-26'),
  field('GR-17', 'coa_records', 1, 'nist_validated', true),
  onPage('GR-19', '/', 'a disclaimer and a cure of a flower', (body) =>
    says('60-day cure. These products are not intended to diagnose, treat, cure, or prevent any disease.')(body),
  ),
  field('GR-22', 'licences', 0, 'expires_at', '2026-12-25'),
  field('GR-25', 'metrics', 0, 'value', 90),
  field('GR-26', 'pci', 0, 'last_passed_at', '2026-08-26T11:30:00Z'),
];

export { page };

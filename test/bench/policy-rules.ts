import type { RecordType } from '../../shared/domain/policy/index.ts';

/** The conditions of the example configuration, and others of its kind; `o` order, `v` verification, `coa`, `c`. */
export const RULES: readonly string[] = [
  "v.decision == 'approved' && v.decided_at <= o.completed_at",
  'calendar_age(v.dob, o.completed_at, tz) >= 21',
  "v.status == 'pending_verification' && age_h(v.created_at) > 72",
  'c.age_attested && c.consented_at != null',
  'coa.delta9_pct - coa.uncertainty_pct <= 0.3',
  "coa.lab_accreditation == 'ISO/IEC 17025'",
  'coa.novel_cannabinoid && !coa.nist_validated',
  "o.ship_to_state in ['TX']",
  'o.ageVerified && o.licenseValid && o.stateCompliant && o.limitCheck && o.auditLogged && o.taxCalculated',
  "coa.residual_solvents == 'pass' && coa.heavy_metals == 'pass' && coa.pesticides == 'pass' && coa.microbials == 'pass'",
  'age_h(coa.result_date) <= 8760.0',
  'o.lot_number == coa.lot_number',
  "o.coa_url.startsWith('https://') && !o.coa_url.contains('login')",
  'has(o.manufacturer_phone) && has(o.manufacturer_email) && size(o.product_name) > 0',
  "o.order_id.matches('^ord-[0-9]{6}$')",
  'o.items.all(i, i.quantity > 0 && i.price >= 0.0)',
  "o.items.exists(i, i.sku == 'SKU-7')",
  "o.total >= 0.0 && (o.status == 'completed' ? o.paid : true)",
  "!(v.status in ['rejected', 'expired', 'pending_verification']) || o.refunded",
  'o.completed_at - v.decided_at < duration("72h")',
];

export const VARIABLES: Readonly<Record<string, RecordType>> = {
  o: {
    order_id: 'string',
    completed_at: 'timestamp',
    ship_to_state: 'string',
    ageVerified: 'bool',
    licenseValid: 'bool',
    stateCompliant: 'bool',
    limitCheck: 'bool',
    auditLogged: 'bool',
    taxCalculated: 'bool',
    lot_number: 'string',
    coa_url: 'string',
    manufacturer_phone: 'string',
    manufacturer_email: 'string',
    product_name: 'string',
    items: 'list<map>',
    total: 'double',
    status: 'string',
    paid: 'bool',
    refunded: 'bool',
  },
  v: { decision: 'string', decided_at: 'timestamp', dob: 'string', status: 'string', created_at: 'timestamp' },
  c: { age_attested: 'bool', consented_at: 'timestamp' },
  coa: {
    delta9_pct: 'double',
    uncertainty_pct: 'double',
    lab_accreditation: 'string',
    novel_cannabinoid: 'bool',
    nist_validated: 'bool',
    residual_solvents: 'string',
    heavy_metals: 'string',
    pesticides: 'string',
    microbials: 'string',
    result_date: 'timestamp',
    lot_number: 'string',
  },
};

export const NOW = Date.UTC(2026, 10, 23, 12);
const HOUR = 3_600_000;

export type Bindings = Record<string, unknown>;

/** One document and what it is joined with; `time` makes an instant as the engine under test takes it. */
export function documentOf(i: number, time: (milliseconds: number) => unknown): Bindings {
  const completed = NOW - (i % 5000) * HOUR;
  const items = Array.from({ length: 1 + (i % 4) }, (_, k) => {
    return { sku: `SKU-${(i + k) % 11}`, quantity: 1n + BigInt(k), price: 9.5 + k };
  });
  return {
    o: {
      order_id: `ord-${String(i % 1_000_000).padStart(6, '0')}`,
      completed_at: time(completed),
      ship_to_state: i % 97 === 0 ? 'OK' : 'TX',
      ageVerified: true,
      licenseValid: true,
      stateCompliant: i % 97 !== 0,
      limitCheck: true,
      auditLogged: true,
      taxCalculated: true,
      lot_number: `L${i % 500}`,
      coa_url: `https://coa.example/${i % 500}`,
      manufacturer_phone: '+1 512 555 0100',
      manufacturer_email: 'lab@maker.example',
      product_name: 'Flower',
      items,
      total: 19.75,
      status: i % 3 === 0 ? 'completed' : 'open',
      paid: true,
      refunded: false,
    },
    v: {
      decision: i % 53 === 0 ? 'rejected' : 'approved',
      decided_at: time(completed - HOUR),
      dob: `${1950 + (i % 56)}-${String(1 + (i % 12)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')}`,
      status: i % 41 === 0 ? 'pending_verification' : 'verified',
      created_at: time(completed - 2 * HOUR),
    },
    c: { age_attested: true, consented_at: time(completed - 500 * HOUR) },
    coa: {
      delta9_pct: 0.2 + (i % 20) / 100,
      uncertainty_pct: 0.03,
      lab_accreditation: 'ISO/IEC 17025',
      novel_cannabinoid: i % 10 === 0,
      nist_validated: i % 20 === 0,
      residual_solvents: 'pass',
      heavy_metals: 'pass',
      pesticides: 'pass',
      microbials: 'pass',
      result_date: time(completed - 1000 * HOUR),
      lot_number: `L${i % 500}`,
    },
    tz: 'America/Chicago',
    now: time(NOW),
  };
}

import { sha256 } from '../../../domain/json.ts';
import { dateOf, type Instant, plusSeconds } from '../../../domain/time.ts';
import type { DocumentsPort } from '../../../ports/documents.ts';
import type { ObjectsPort } from '../../../ports/objects.ts';

type SampleRecord = { readonly [field: string]: unknown };

/** Settings that the sample world's services are deployed with; the guardrails ask for them. */
export const SAMPLE_SERVICE_ENVIRONMENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'integration-service': { COMPLIANCE_LEVEL: '21+', MIN_AGE: '21' },
  'age-verification-gate': { COMPLIANCE_LEVEL: '21+', MIN_AGE: '21', ID_PROVIDER_MODE: 'live' },
  'reasoning-gateway': { COMPLIANCE_LEVEL: '21+' },
  'voice-service': { COMPLIANCE_LEVEL: '21+' },
};

const DAY = 86_400;
const PRODUCTS = [
  { sku: 'HN-GUM-10', batch: 'B-2609', name: 'Gummies, 10 pieces' },
  { sku: 'HN-TIN-30', batch: 'B-2610', name: 'Tincture, 30 ml' },
  { sku: 'HN-TOP-50', batch: 'B-2611', name: 'Topical, 50 ml' },
];

/** Objects of good evidence, by address: everything as the guardrails of the sample configuration want it. */
export function sampleObjects(now: Instant): Readonly<Record<string, readonly SampleRecord[]>> {
  const daysAgo = (days: number) => dateOf(plusSeconds(now, -days * DAY));
  const lotOf = (batch: string) => `L-${batch.slice(2)}`;
  return {
    'gs://livhana-evidence/catalog.ndjson': PRODUCTS.map(({ sku, batch, name }) => ({
      sku,
      batch,
      product_name: name,
      lot_number: lotOf(batch),
      lot_date: daysAgo(40),
      manufacturer: 'Example Hemp Works',
      manufacturer_phone: '+1 512 555 0100',
      manufacturer_email: 'lab@maker.example',
      coa_url: `sample://shop/coa/${sku}-${batch}.pdf`,
    })),
    'gs://livhana-evidence/coa_records.ndjson': PRODUCTS.map(({ sku, batch }, index) => ({
      sku,
      batch,
      lot_number: lotOf(batch),
      lab_accreditation: 'ISO/IEC 17025',
      delta9_pct: 0.21 + index / 100,
      uncertainty_pct: 0.03,
      result_date: daysAgo(30 + index),
      residual_solvents: 'pass',
      heavy_metals: 'pass',
      pesticides: 'pass',
      microbials: 'pass',
    })),
    'gs://livhana-evidence/consents.ndjson': numbers(12).map((n) => ({
      id: `contact-${n}`,
      age_attested: true,
      consented_at: plusSeconds(now, -n * DAY),
    })),
    'gs://livhana-evidence/licences.ndjson': [
      { licence: 'TX-CHP-0001', expires_at: dateOf(plusSeconds(now, 200 * DAY)) },
    ],
    'gs://livhana-evidence/pci.ndjson': [{ scan: 'asv-latest', last_passed_at: daysAgo(20) }],
    'gs://livhana-evidence/secrets_inventory.ndjson': ['square-token', 'lightspeed-token', 'session-key'].map(
      (secret, index) => ({ secret, rotated_at: daysAgo(10 + index) }),
    ),
  };
}

/** Documents of good evidence, by collection: yesterday's orders, each with its verification and its audit row. */
export function sampleCollections(now: Instant): Readonly<Record<string, readonly SampleRecord[]>> {
  const orders = numbers(24).map((n) => {
    const completed_at = plusSeconds(now, -n * 1800);
    const order_id = `order-${dateOf(completed_at)}-${n}`;
    const flags = { ageVerified: true, licenseValid: true, stateCompliant: true, limitCheck: true };
    return {
      _id: order_id,
      order_id,
      completed_at,
      ship_to_state: 'TX',
      ...flags,
      auditLogged: true,
      taxCalculated: true,
    };
  });
  return {
    orders,
    verifications: orders.map(({ order_id, completed_at }, index) => ({
      _id: `verification-${order_id}`,
      order_id,
      decision: 'approved',
      status: 'verified',
      created_at: plusSeconds(completed_at, -900),
      decided_at: plusSeconds(completed_at, -600),
      dob: `${1960 + index}-03-15`,
    })),
    audit_log: orders.map(({ order_id, completed_at }) => ({
      _id: `audit-${order_id}`,
      order_id,
      at: plusSeconds(completed_at, 1),
      event: 'sale-completed',
    })),
  };
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Where the embedded store keeps the records of a collection. */
export const recordsOf = (collection: string): string => `collections/${collection}/records`;

/** What the last morning wrote, by address: whatever differs from it now was changed by a person. */
const SEEDED_PATH = 'sample/evidence';
type Seeded = Readonly<Record<string, string>>;

interface Places {
  readonly objects: ObjectsPort;
  readonly documents: DocumentsPort;
}

/**
 * Writes good evidence as of a moment of the world's own day, in place of what was there: everything is as old as it
 * should be at `now`, whatever the machine's clock says. With `keepsChanges`, what a person changed since the last
 * morning, or loaded, stays as it is: a fault that somebody planted is there until somebody takes it away.
 */
export async function writeSampleEvidence(places: Places, now: Instant, keepsChanges = false): Promise<void> {
  const { documents } = places;
  const seeded = (await documents.get<Seeded>(SEEDED_PATH)) ?? {};
  const written: Record<string, string> = { ...seeded };
  for (const [uri, records] of Object.entries(sampleObjects(now))) {
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    if (keepsChanges && (await isChanged(places.objects, uri, seeded[uri]))) continue;
    await places.objects.write(uri, Buffer.from(text), { when: 'any', contentType: 'application/x-ndjson' });
    written[uri] = sha256(text);
  }
  for (const [collection, records] of Object.entries(sampleCollections(now))) {
    const about = await documents.get<{ readonly layout?: string }>(`collections/${collection}`);
    if (keepsChanges && about?.layout === 'records') continue;
    await writeRecords(documents, collection, records, now);
  }
  await documents.transact(async (transaction) => transaction.set(SEEDED_PATH, written));
}

/** A file that was taken away is written anew: that is how a planted fault is ended. */
async function isChanged(objects: ObjectsPort, uri: string, seeded: string | undefined): Promise<boolean> {
  if (seeded === undefined || (await objects.stat(uri)) === undefined) return false;
  const parts: Uint8Array[] = [];
  for await (const part of objects.read(uri)) parts.push(part);
  return sha256(Buffer.concat(parts).toString('utf8')) !== seeded;
}

async function writeRecords(
  documents: DocumentsPort,
  collection: string,
  records: readonly SampleRecord[],
  now: Instant,
): Promise<void> {
  const folder = recordsOf(collection);
  const before = await documents.query(folder);
  await documents.transact(async (transaction) => {
    for (const { path } of before) transaction.delete(path);
    for (const { _id, ...fields } of records) transaction.set(`${folder}/${String(_id)}`, fields);
    transaction.set(`collections/${collection}`, { updatedAt: now });
  });
}

import { PortError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/time.ts';
import { parseInstant } from '../../domain/time.ts';
import type { BatchManifest, Pointer } from '../../ports/datasets.ts';
import type { BigQueryTables, TableAddress, TableResource } from './bigquery.ts';

/**
 * A live dataset that is a table: each version is a table of its own beside it, `TABLE__v_<digest>`, and the table's name
 * is a view over one of them. Making a version live changes the view's query, under the view's etag and with the fencing
 * token in a label of the same request.
 */
export const TOKEN_LABEL = 'high-noon-token';
const MARK = '__v_';
/** Where nothing is live yet, the view is there to carry the token: a name for which nobody has anything to read. */
const NOTHING = "SELECT 'nothing is live' AS high_noon FROM UNNEST([1]) WHERE FALSE";

export const versionTable = ({ dataset, table }: TableAddress, version: string): TableAddress => ({
  dataset,
  table: `${table}${MARK}${digestOf(version)}`,
});

function digestOf(version: string): string {
  const digest = /^sha256:([0-9a-f]{64})$/.exec(version)?.[1];
  if (digest !== undefined) return digest;
  throw new PortError(
    'datasets',
    'unsupported',
    `${version.slice(0, 120)} was not made by High Noon and cannot be put back by it`,
  );
}

export function viewQuery(projectId: string, address: TableAddress, version: string | null): string {
  if (version === null) return NOTHING;
  const { dataset, table } = versionTable(address, version);
  return `SELECT * FROM \`${projectId}.${dataset}.${table}\``;
}

/** What is live under a name, and whether it is High Noon's own to change. */
export interface LiveTable extends Pointer {
  readonly isOurs: boolean;
  readonly etag: string | null;
}

export function liveTable(projectId: string, address: TableAddress, resource: TableResource | undefined): LiveTable {
  if (resource === undefined) return { version: null, token: 0, isOurs: true, etag: null };
  const token = tokenOf(resource);
  const etag = resource.etag ?? '';
  const query = resource.view?.query;
  if (query === NOTHING) return { version: null, token, isOurs: true, etag };
  const digest = query === undefined ? undefined : new RegExp(`${MARK}([0-9a-f]{64})\`$`).exec(query)?.[1];
  const version = digest === undefined ? undefined : `sha256:${digest}`;
  if (version !== undefined && query === viewQuery(projectId, address, version))
    return { version, token, isOurs: true, etag };
  // A table or view of somebody else's making: the same for as long as nobody makes it anew.
  const name = `bigquery:${address.dataset}.${address.table}@${resource.creationTime ?? '0'}`;
  return { version: name, token, isOurs: false, etag };
}

function tokenOf({ labels }: TableResource): number {
  const text = labels?.[TOKEN_LABEL];
  if (text === undefined) return 0;
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}

/** Loads the parts of a version into its table, all or nothing, unless it is there; then counts what was loaded. */
export async function ensureVersionTable(
  tables: BigQueryTables,
  address: TableAddress,
  version: string,
  batch: { readonly manifest: BatchManifest; readonly uris: readonly string[]; readonly projectId: string },
  signal?: AbortSignal,
): Promise<void> {
  const target = versionTable(address, version);
  let found = await tables.get(target, signal);
  if (found === undefined) {
    await makeVersionTable(tables, address, target, batch, signal);
    found = await tables.get(target, signal);
  }
  const rows = Number(found?.numRows ?? Number.NaN);
  if (rows !== batch.manifest.rows)
    throw new PortError(
      'datasets',
      'precondition-failed',
      `${target.dataset}.${target.table} has ${found?.numRows ?? 'unknown'} rows; the batch has ${batch.manifest.rows}`,
    );
}

async function makeVersionTable(
  tables: BigQueryTables,
  address: TableAddress,
  target: TableAddress,
  { uris, projectId }: { readonly uris: readonly string[]; readonly projectId: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  // The live columns are kept: guessing them anew from each batch would change types under those who read.
  const fields = (await tables.get(address, signal))?.schema?.fields ?? [];
  const isKnown = fields.length > 0 && !(fields.length === 1 && isPlaceholder(fields[0]));
  if (uris.length === 0) {
    await tables.insert(target, isKnown ? { schema: { fields } } : {}, signal);
    return;
  }
  const load = {
    sourceUris: uris,
    sourceFormat: 'NEWLINE_DELIMITED_JSON',
    writeDisposition: 'WRITE_EMPTY',
    createDisposition: 'CREATE_IF_NEEDED',
    destinationTable: { projectId, datasetId: target.dataset, tableId: target.table },
    ...(isKnown ? { schema: { fields } } : { autodetect: true }),
  };
  await tables.runJob(`highnoon-load-${target.dataset}-${target.table}`, target.dataset, { load }, signal);
}

const isPlaceholder = (field: unknown): boolean => (field as { name?: unknown }).name === 'high_noon';

export interface TableMeasures {
  readonly rows: number;
  readonly newest: Instant | null;
  /** 0..1 for each field asked about. */
  readonly nullRates: Readonly<Record<string, number>>;
  /** 0..1: rows that repeat the key of another. */
  readonly duplicateRate: number;
}

/** Counts a table by one query: rows, the newest time, null rates and repeated keys. */
export async function measureTable(
  tables: BigQueryTables,
  projectId: string,
  { dataset, table }: TableAddress,
  columns: { readonly ts: string; readonly key: string; readonly required: readonly string[] },
  signal?: AbortSignal,
): Promise<TableMeasures> {
  const { ts, key, required } = columns;
  const parts = [
    'COUNT(*)',
    `FORMAT_TIMESTAMP('%FT%H:%M:%E3SZ', MAX(SAFE_CAST(${column(ts)} AS TIMESTAMP)))`,
    `COUNT(${column(key)}) - COUNT(DISTINCT ${column(key)})`,
    ...required.map((name) => `COUNTIF(${column(name)} IS NULL)`),
  ];
  const query = `SELECT ${parts.join(', ')} FROM \`${projectId}.${dataset}.${table}\``;
  const [rowsText, newestText, repeated, ...nulls] = await tables.queryRow(query, signal);
  const rows = Number(rowsText);
  const rate = (count: string | null | undefined): number => (rows === 0 ? 0 : Number(count) / rows);
  return {
    rows,
    newest: (newestText ? parseInstant(newestText) : undefined) ?? null,
    nullRates: Object.fromEntries(required.map((name, index) => [name, rate(nulls[index])])),
    duplicateRate: rate(repeated),
  };
}

/** Names come from a configuration and stand in a query. */
function column(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,299}$/.test(name)) return `\`${name}\``;
  throw new PortError('datasets', 'invalid', `${JSON.stringify(name.slice(0, 80))} is no name of a column`);
}

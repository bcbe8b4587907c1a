/** Addresses: where a configuration says that something lies. Parsed once, here; everything else gets the parts. */
import { text } from './primitives.ts';

export type Source =
  | { readonly system: 'gs'; readonly bucket: string; readonly key: string }
  | { readonly system: 'firestore'; readonly collection: string }
  | { readonly system: 'bigquery'; readonly dataset: string; readonly table: string }
  | { readonly system: 'https'; readonly url: string }
  | { readonly system: 'sample'; readonly name: string; readonly path: string }
  | { readonly system: 'run:env' }
  | { readonly system: 'repositories' }
  | { readonly system: 'metrics' };

const BUCKET = /^[a-z0-9](?:[a-z0-9_-]|\.(?=[a-z0-9])){1,61}[a-z0-9]$/;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const COLLECTION = /^(?!__.*__$)[A-Za-z][A-Za-z0-9_-]{0,99}$/;
const SAMPLE = /^sample:\/\/([a-z][a-z0-9-]{0,62})(\/[A-Za-z0-9._~/-]{0,256})?$/;

export const SOURCE_ALLOWED =
  '`gs://BUCKET/KEY`, `firestore:COLLECTION`, `bigquery:DATASET.TABLE`, `https://HOST/PATH`, `run:env`, `repositories`, `metrics`, or (only in the sample world) `sample://NAME`';
const WEB_ALLOWED =
  '`https://HOST/PATH` without user, password or fragment (`http://` only to loopback in the local runtime; `sample://NAME` only in the sample world)';

/** The parts of a source address, or what is wrong with it. */
export function parseSource(address: string): Source | string {
  if (address === 'run:env' || address === 'repositories' || address === 'metrics') return { system: address };
  if (address.startsWith('gs://')) {
    const object = parseObject(address);
    return typeof object === 'string' ? object : { system: 'gs', ...object };
  }
  if (address.startsWith('firestore:')) {
    const collection = address.slice('firestore:'.length);
    return COLLECTION.test(collection)
      ? { system: 'firestore', collection }
      : 'is not the name of a collection (no `/`, `..` or `__x__`)';
  }
  if (address.startsWith('bigquery:')) {
    const [dataset = '', table = '', more] = address.slice('bigquery:'.length).split('.');
    if (more !== undefined || !IDENTIFIER.test(dataset) || !IDENTIFIER.test(table))
      return 'is not `bigquery:DATASET.TABLE`';
    return { system: 'bigquery', dataset, table };
  }
  if (address.startsWith('sample://')) return parseSample(address) ?? 'is not `sample://NAME`';
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]{0,20}(?=:)/.exec(address)?.[0];
  if (scheme === undefined) return 'names no known system';
  if (scheme !== 'https' && scheme !== 'http') return `names the unknown system \`${scheme}\``;
  const wrong = wrongWebAddress(address);
  return wrong ?? { system: 'https', url: address };
}

export function parseSample(address: string): Extract<Source, { system: 'sample' }> | undefined {
  const match = SAMPLE.exec(address);
  if (match === null || address.includes('..')) return undefined;
  return { system: 'sample', name: match[1] ?? '', path: match[2] ?? '' };
}

/** `gs://BUCKET/KEY`; a key that ends in `/` (or is empty) is a folder. */
export function parseObject(address: string): { bucket: string; key: string } | string {
  const match = /^gs:\/\/([^/]{1,63})(?:\/(.{0,900}))?$/.exec(address);
  const [, bucket = '', key = ''] = match ?? [];
  if (match === null || !BUCKET.test(bucket)) return 'is not `gs://BUCKET/KEY`';
  const parts = key.split('/');
  if (parts.at(-1) === '') parts.pop();
  const odd = parts.some((part) => part === '' || part === '.' || part === '..' || /^__.*__$/.test(part));
  return odd || /[\n\t\\#?*[\]]/.test(key)
    ? 'has a key with an empty, `..` or `__x__` part, or with a wildcard'
    : { bucket, key };
}

/** What is wrong with a web address, whatever the options; parse.ts decides about `http://` and `sample://`. */
function wrongWebAddress(address: string): string | undefined {
  if (!/^https?:\/\/[^\s\\/][^\s\\]{0,2000}$/.test(address)) return 'is not an `https://` address';
  if (!URL.canParse(address)) return 'is not an address';
  const url = new URL(address);
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?#]*@/.test(address))
    return 'carries a user or password';
  if (url.hash !== '' || address.endsWith('#')) return 'carries a fragment';
  if (url.hostname === '' || /(?:^|\.)(?:metadata\.google\.internal|metadata)$/.test(url.hostname))
    return 'names a host that is never asked';
  // `..` would be resolved away by whoever asks, and then the address is not the one that was reviewed.
  if (/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(address)) return 'has a `.` or `..` part';
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return 'is not https';
  return undefined;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function checked(parse: (value: string) => unknown): (value: string) => string | undefined {
  return (value) => {
    const parsed = parse(value);
    return typeof parsed === 'string' ? parsed : undefined;
  };
}

/** A source of records or pages. */
export const sourceUri = () => text(SOURCE_ALLOWED, checked(parseSource));

/** A place in the object store. */
export const objectUri = (kind: 'folder' | 'object') =>
  text(kind === 'folder' ? '`gs://BUCKET/PREFIX/`' : '`gs://BUCKET/KEY`', (value) => {
    const parsed = parseObject(value);
    if (typeof parsed === 'string') return parsed;
    if (kind === 'object')
      return parsed.key === '' || parsed.key.endsWith('/') ? 'names a folder, not an object' : undefined;
    return parsed.key === '' || parsed.key.endsWith('/')
      ? undefined
      : 'names an object, not a folder (end it with `/`)';
  });

/** Where the live version of a dataset lies: files, or a view that is swapped. */
export const liveUri = () =>
  text('`gs://BUCKET/PREFIX/` or `bigquery:DATASET.TABLE`', (value) => {
    const parsed = parseSource(value);
    if (typeof parsed === 'string') return parsed;
    return parsed.system === 'gs' || parsed.system === 'bigquery' ? undefined : 'is not a place where data can lie';
  });

/** Backups: objects, a dataset (or table) of snapshots, or a Firestore database. */
export const backupUri = () =>
  text('`gs://BUCKET/PREFIX/`, `bigquery:DATASET[.TABLE]` or `firestore:DATABASE`', (value) => {
    if (value.startsWith('gs://')) return checked(parseObject)(value);
    if (/^firestore:(?:\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9])$/.test(value)) return undefined;
    const names = value.startsWith('bigquery:') ? value.slice('bigquery:'.length).split('.') : [];
    const good = names.length > 0 && names.length <= 2 && names.every((each) => IDENTIFIER.test(each));
    return good ? undefined : 'names no place where backups can lie';
  });

/** The address of a repository, a service or a site. */
export const webAddress = () =>
  text(WEB_ALLOWED, (value) => {
    if (value.startsWith('sample://')) return parseSample(value) === undefined ? 'is not `sample://NAME`' : undefined;
    return wrongWebAddress(value);
  });

/** An audience of an id token: the base address of a service. */
export const audience = () =>
  text('the base address of a service: `https://HOST`', (value) => {
    const wrong = wrongWebAddress(value);
    if (wrong !== undefined) return wrong;
    return new URL(value).search === '' ? undefined : 'carries a query';
  });

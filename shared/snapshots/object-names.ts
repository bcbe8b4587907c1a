import { UsageError } from '../domain/errors.ts';

/** Where everything lies below `bucketUri` (`gs://BUCKET` or `gs://BUCKET/PREFIX`, without a slash at the end). */
export const manifestPrefix = (bucketUri: string) => `${bucketUri}/manifests/`;
export const packPrefix = (bucketUri: string) => `${bucketUri}/packs/`;
export const markerPrefix = (bucketUri: string) => `${bucketUri}/writing/`;
export const partPrefix = (bucketUri: string, snapshotId: string) => `${bucketUri}/parts/${snapshotId}/`;

export const manifestUri = (bucketUri: string, id: string) => `${manifestPrefix(bucketUri)}${checkedId(id)}.json`;
export const packUri = (bucketUri: string, packId: string) => `${packPrefix(bucketUri)}${packId}`;
export const markerUri = (bucketUri: string, id: string) => `${markerPrefix(bucketUri)}${checkedId(id)}.json`;
export const partUri = (bucketUri: string, snapshotId: string, part: string) =>
  `${partPrefix(bucketUri, checkedId(snapshotId))}${checkedId(part)}.json`;

/** The last part of an object's name, without `.json`. */
export function idOf(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1).replace(/\.json$/, '');
}

/** The id of the snapshot of an instant: sorts by time, is a file name everywhere. */
export function snapshotIdAt(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) throw new UsageError(`snapshot at "${at}": an RFC 3339 instant is needed`);
  return time
    .toISOString()
    .replace(/\.000Z$/, 'Z')
    .replaceAll(/[-:]/g, '')
    .replace('.', '-');
}

function checkedId(id: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(id)) {
    throw new UsageError(`"${id}" is no id of a snapshot or a part: letters, digits, - and _ are allowed, 128 at most`);
  }
  return id;
}

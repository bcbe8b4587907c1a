import { PortError } from '../../domain/errors.ts';

/** `gs://BUCKET/KEY` in its parts. */
export interface ObjectAddress {
  readonly uri: string;
  readonly bucket: string;
  readonly key: string;
}

const BUCKET = /^(?!.*\.\.)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/;
/** Cloud Storage's limit for a key, in bytes. */
const LONGEST_KEY = 1024;

/**
 * Parses an address of the object store, and refuses whatever would leave its folder or could not lie in a file
 * system. Throws `invalid`.
 */
export function parseAddress(uri: string): ObjectAddress {
  const address = split(uri);
  const parts = address.key.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    throw refused(uri, 'its key has an empty, `.` or `..` part');
  return address;
}

/** The same for the beginning of keys, whose last part may be unfinished or empty. */
export function parsePrefix(uri: string): ObjectAddress {
  const address = split(uri);
  const parts = address.key.split('/').slice(0, -1);
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    throw refused(uri, 'its prefix has an empty, `.` or `..` part');
  return address;
}

function split(uri: string): ObjectAddress {
  const match = /^gs:\/\/([^/]*)(?:\/(.*))?$/s.exec(uri);
  const [, bucket = '', key = ''] = match ?? [];
  if (match === null || !BUCKET.test(bucket)) throw refused(uri, '`gs://BUCKET/KEY` is allowed');
  if (/[\p{Cc}\\]/u.test(key)) throw refused(uri, 'its key has a control character or a backslash');
  if (Buffer.byteLength(key) > LONGEST_KEY) throw refused(uri, `its key is longer than ${LONGEST_KEY} bytes`);
  return { uri, bucket, key };
}

function refused(uri: string, why: string): PortError {
  return new PortError('objects', 'invalid', `${JSON.stringify(uri.slice(0, 200))} is no address of an object: ${why}`);
}

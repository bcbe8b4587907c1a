import { PortError, type PortErrorCode } from '../../domain/errors.ts';

const CODES: Readonly<Record<string, PortErrorCode>> = {
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
  // A key that is also the folder of another key: no file system has both.
  EISDIR: 'unsupported',
  EEXIST: 'unsupported',
  ENOTEMPTY: 'unsupported',
  ELOOP: 'not-found',
  ENAMETOOLONG: 'unsupported',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  EROFS: 'permission-denied',
  ENOSPC: 'resource-exhausted',
  EMFILE: 'resource-exhausted',
  ABORT_ERR: 'deadline-exceeded',
};

/** What an error of the file system means for an object; names the object, never where on the machine it lies. */
export function objectFault(error: unknown, uri: string): unknown {
  if (error instanceof PortError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  // An error that is not the file system's is the body's own, and the caller's to understand.
  if (known === undefined && !/^E[A-Z]+$/.test(code)) return error;
  return new PortError('objects', known ?? 'internal', `${uri}: ${explain(known, code)}`, { cause: error });
}

function explain(known: PortErrorCode | undefined, code: string): string {
  if (known === 'not-found') return 'is absent';
  if (known === 'deadline-exceeded') return 'the caller stopped waiting';
  if (known === 'unsupported') return `cannot lie in a folder (${code})`;
  return `the file system says ${code}`;
}

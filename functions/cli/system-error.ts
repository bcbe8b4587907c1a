/** What the machine refuses: a folder that is a file, may not be written, or is full. Not a fault of this program. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: 'may not be used by this user',
  EPERM: 'may not be used by this user',
  EROFS: 'cannot be written: the file system is read-only',
  ENOSPC: 'cannot be written: there is no space left',
  EEXIST: 'is a file where a folder is needed',
  ENOTDIR: 'is below a file where a folder is needed',
};

/** One line that names the place, for a refusal of the machine; undefined for every other error. */
export function systemRefusal(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  const what = REFUSALS[code ?? ''];
  return what === undefined ? undefined : `'${path ?? syscall}' ${what} (${code}); name another --data, or mend it`;
}

import type { Repository } from '../../ports/repositories.ts';
import { gitError } from './failure.ts';

/** Takes a path apart; throws `invalid` for anything that git, or a checkout on any system, would refuse. */
export function segmentsOf(repository: Repository, path: string): string[] {
  const segments = path.split('/');
  if (path.length > 1024 || segments.some((segment) => !isPlain(segment))) {
    throw gitError(
      repository,
      'invalid',
      `${JSON.stringify(path.slice(0, 200))} is no path in a repository, such as docs/notes.md`,
    );
  }
  return segments;
}

function isPlain(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..' || /[\\:\p{Cc}\p{Cf}]/u.test(segment)) return false;
  // Systems that ignore case, trailing dots, or keep short names would write these into the repository's own folder.
  return !/^(\.git|git~\d+)[. ]*$/i.test(segment);
}

/** The rules of git-check-ref-format, for full names. */
export function isRefName(ref: string): boolean {
  if (!ref.startsWith('refs/') || ref.length > 255 || ref.endsWith('.') || ref.includes('..') || ref.includes('@{'))
    return false;
  if (/[\s~^:?*[\\\p{C}]/u.test(ref)) return false;
  return (
    ref.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock')) &&
    ref.split('/').length > 2
  );
}

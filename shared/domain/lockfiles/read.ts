import { readComposerLock } from './composer.ts';
import { readGemfileLock } from './gemfile.ts';
import { readGoMod, readGoSum } from './go.ts';
import { readPackageLock } from './npm.ts';
import { readPnpmLock } from './pnpm.ts';
import { readRequirements } from './requirements.ts';
import { readCargoLock, readPoetryLock, readUvLock } from './toml-locks.ts';
import { type LockfileContent, type LockfileReading, LockfileSyntaxError, shorten } from './types.ts';
import { readYarnLock } from './yarn.ts';
import { readBerryLock } from './yarn-berry.ts';

/**
 * In UTF-16 units. The largest true lockfiles are below 10 MB; hostile text of this size already takes half a gigabyte to
 * parse, so a bigger one is refused before anything looks at it.
 */
export const MAX_CHARACTERS = 32 * 1024 * 1024;
/** Lines become objects: a file of nothing but line ends must not become the memory of a whole function. */
const MAX_LINES = 2_000_000;

const READERS: ReadonlyMap<string, (text: string) => LockfileContent> = new Map([
  ['package-lock.json', readPackageLock],
  ['npm-shrinkwrap.json', readPackageLock],
  ['pnpm-lock.yaml', readPnpmLock],
  ['yarn.lock', (text: string) => (isBerry(text) ? readBerryLock(text) : readYarnLock(text))],
  ['poetry.lock', readPoetryLock],
  ['uv.lock', readUvLock],
  ['Cargo.lock', readCargoLock],
  ['go.sum', readGoSum],
  ['go.mod', readGoMod],
  ['Gemfile.lock', readGemfileLock],
  ['gems.locked', readGemfileLock],
  ['composer.lock', readComposerLock],
]);

/** Whether `readLockfile` knows files of this name. */
export function isLockfile(path: string): boolean {
  return readerOf(path) !== undefined;
}

/**
 * Reads a lockfile by its name. Never throws for any text: what cannot be read comes back as `unreadable` with the place
 * of the mistake, so that a review says "unknown" and never "clean".
 */
export function readLockfile(path: string, text: string): LockfileReading {
  const unreadable = (place: string, reason: string) => ({ kind: 'unreadable', path, place, reason }) as const;
  const reader = readerOf(path);
  if (reader === undefined) {
    return unreadable(
      'the name',
      `${shorten(fileNameOf(path))} is none of ${[...READERS.keys()].join(', ')}, requirements*.txt`,
    );
  }
  if (text.length > MAX_CHARACTERS)
    return unreadable('the whole file', `${text.length} characters, at most ${MAX_CHARACTERS} are read`);
  if (hasTooManyLines(text)) return unreadable('the whole file', `more than ${MAX_LINES} lines`);
  if (text.trim() === '') return unreadable('the whole file', 'empty');
  const conflict = /^(?:<{7}|>{7})(?: |$)/m.exec(text);
  if (conflict !== null) return unreadable(`character ${conflict.index}`, 'an unresolved merge conflict');
  try {
    return { kind: 'read', ...reader(text) };
  } catch (error) {
    if (error instanceof LockfileSyntaxError) return unreadable(error.place, error.message);
    // A stack or an allocation that ran out on hostile input: the file is at fault, not the program.
    if (error instanceof RangeError) return unreadable('the whole file', 'nested too deeply or too large to be read');
    throw error;
  }
}

function hasTooManyLines(text: string): boolean {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && count <= MAX_LINES; at = text.indexOf('\n', at + 1)) count += 1;
  return count > MAX_LINES;
}

function readerOf(path: string): ((text: string) => LockfileContent) | undefined {
  const name = fileNameOf(path);
  if (/^requirements.*\.txt$/i.test(name)) return (text) => readRequirements(text, name);
  if (/(?:^|\/)requirements\/[^/]+\.txt$/i.test(path)) return (text) => readRequirements(text, name);
  return READERS.get(name);
}

function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function isBerry(text: string): boolean {
  return /^__metadata:/m.test(text);
}

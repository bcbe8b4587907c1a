import { satisfies, validRange } from 'semver';
import { isJsonObject, type JsonObject, own, ownObject, ownText, parseJsonObject } from './json.ts';
import { type LockRoot, lockRootOf } from './lock-root.ts';
import { splitAlias } from './npm-source.ts';
import { MAX_CHARACTERS } from './read.ts';
import { LockfileSyntaxError, shorten, type UnreadableLockfile } from './types.ts';

export type LockMismatch =
  /** The manifest asks for it, the lockfile has never heard of it. */
  | { readonly kind: 'missing-in-lock'; readonly name: string; readonly wanted: string }
  /** The lockfile's own copy of the manifest asks for something else. */
  | { readonly kind: 'range-differs'; readonly name: string; readonly wanted: string; readonly locked: string }
  /** The lockfile's own copy of the manifest still asks for it. */
  | { readonly kind: 'missing-in-manifest'; readonly name: string; readonly locked: string }
  /** What would be installed does not satisfy what is asked for. */
  | { readonly kind: 'not-satisfied'; readonly name: string; readonly wanted: string; readonly locked: string };

export type ManifestComparison =
  | { readonly kind: 'compared'; readonly mismatches: readonly LockMismatch[] }
  | UnreadableLockfile;

/**
 * Whether an npm, pnpm or Yarn lockfile belongs to its package.json. A mismatch means that `npm ci` fails, or that what is
 * scanned is not what gets installed. Never throws for any text.
 */
export function lockMatchesManifest(packageJsonText: string, lockText: string): ManifestComparison {
  const fail = (path: string, error: unknown): UnreadableLockfile => {
    if (error instanceof LockfileSyntaxError)
      return { kind: 'unreadable', path, place: error.place, reason: error.message };
    if (error instanceof RangeError)
      return { kind: 'unreadable', path, place: 'the whole file', reason: 'nested too deeply or too large to be read' };
    throw error;
  };
  let manifest: JsonObject;
  try {
    checkSize(packageJsonText);
    manifest = parseJsonObject(packageJsonText);
  } catch (error) {
    return fail('package.json', error);
  }
  try {
    checkSize(lockText);
    return { kind: 'compared', mismatches: compare(manifest, lockRootOf(lockText)) };
  } catch (error) {
    return fail('the lockfile', error);
  }
}

function checkSize(text: string): void {
  if (text.length > MAX_CHARACTERS)
    throw new LockfileSyntaxError('the whole file', `${text.length} characters, at most ${MAX_CHARACTERS} are read`);
}

function compare(manifest: JsonObject, lock: LockRoot): LockMismatch[] {
  const mismatches: LockMismatch[] = [];
  const wanted = rangesOf(manifest);
  for (const [name, { range, mayBeAbsent }] of wanted) {
    const recorded = lock.ranges?.get(name);
    if (lock.ranges !== undefined && recorded === undefined && !mayBeAbsent) {
      mismatches.push({ kind: 'missing-in-lock', name: shorten(name), wanted: shorten(range) });
      continue;
    }
    if (recorded !== undefined && recorded !== range) {
      mismatches.push({
        kind: 'range-differs',
        name: shorten(name),
        wanted: shorten(range),
        locked: shorten(recorded),
      });
      continue;
    }
    const locked = lock.find(name, range);
    if (locked === undefined) {
      if (!mayBeAbsent) mismatches.push({ kind: 'missing-in-lock', name: shorten(name), wanted: shorten(range) });
    } else if (!isSatisfied(manifest, name, range, locked)) {
      mismatches.push({ kind: 'not-satisfied', name: shorten(name), wanted: shorten(range), locked: shorten(locked) });
    }
  }
  for (const [name, locked] of lock.ranges ?? []) {
    if (!wanted.has(name))
      mismatches.push({ kind: 'missing-in-manifest', name: shorten(name), locked: shorten(locked) });
  }
  return mismatches;
}

interface Wanted {
  readonly range: string;
  /** Optional and peer dependencies may be left out of an installation. */
  readonly mayBeAbsent: boolean;
}

/** Later groups win: npm, too, takes a package that is named twice as optional rather than plain. */
const GROUPS = ['peerDependencies', 'devDependencies', 'dependencies', 'optionalDependencies'] as const;

function rangesOf(manifest: JsonObject): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const group of GROUPS) {
    const ranges = own(manifest, group);
    if (ranges === undefined) continue;
    if (!isJsonObject(ranges)) throw new LockfileSyntaxError(group, 'an object is expected');
    for (const name of Object.keys(ranges)) {
      const range = ownText(ranges, name);
      if (range === undefined) throw new LockfileSyntaxError(`${group}/${name}`, 'a version range as text is expected');
      wanted.set(name, { range, mayBeAbsent: group === 'optionalDependencies' || group === 'peerDependencies' });
    }
  }
  return wanted;
}

function isSatisfied(manifest: JsonObject, name: string, range: string, locked: string): boolean {
  // A forced version is meant to break the range.
  if (['overrides', 'resolutions'].some((key) => own(ownObject(manifest, key) ?? {}, name) !== undefined)) return true;
  const plain = (splitAlias(range)?.range ?? range.replace(/^npm:/, '')).trim();
  // Tags, addresses and paths have no range that a version could break.
  if (plain.length > 256 || validRange(plain, { loose: true }) === null || locked === '') return true;
  return satisfies(locked, plain, { loose: true });
}

/** Reads lockfiles into the packages that advisories can be asked about: pure, and safe on any text. */
export { type LockMismatch, lockMatchesManifest, type ManifestComparison } from './manifest.ts';
export { isLockfile, MAX_CHARACTERS, readLockfile } from './read.ts';
export type {
  LockEcosystem,
  LockedPackage,
  LockFormat,
  LockfileReading,
  ReadLockfile,
  UnjudgeablePackage,
  UnreadableLockfile,
} from './types.ts';

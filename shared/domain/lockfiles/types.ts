/** What a lockfile says is installed, in the words of OSV: ecosystem names are those of its schema. */
export type LockEcosystem = 'npm' | 'PyPI' | 'Go' | 'crates.io' | 'RubyGems' | 'Packagist';

export type LockFormat =
  | 'package-lock-1'
  | 'package-lock-2'
  | 'package-lock-3'
  | 'pnpm-lock'
  | 'yarn-1'
  | 'yarn-berry'
  | 'requirements'
  | 'poetry'
  | 'uv'
  | 'cargo'
  | 'go.mod'
  | 'go.sum'
  | 'gemfile'
  | 'composer';

export interface LockedPackage {
  readonly ecosystem: LockEcosystem;
  readonly name: string;
  readonly version: string;
  /** True only when the lockfile itself shows that nothing in production needs it. */
  readonly dev: boolean;
  /** Where in the lockfile it stands: a key (`node_modules/a/node_modules/b`) or `line 12`. */
  readonly path: string;
}

/** Something installed that no advisory source can be asked about by name and version. */
export interface UnjudgeablePackage {
  readonly name: string;
  readonly path: string;
  /** Never contains an address: those may carry credentials. */
  readonly reason: string;
}

export interface LockfileContent {
  readonly format: LockFormat;
  readonly packages: readonly LockedPackage[];
  readonly unjudgeable: readonly UnjudgeablePackage[];
}

export interface ReadLockfile extends LockfileContent {
  readonly kind: 'read';
}

export interface UnreadableLockfile {
  readonly kind: 'unreadable';
  readonly path: string;
  /** The place inside the file: `line 12`, `byte 300`, `packages/node_modules/a`, or `the whole file`. */
  readonly place: string;
  readonly reason: string;
}

export type LockfileReading = ReadLockfile | UnreadableLockfile;

/** Thrown by the readers, caught by `readLockfile`: it never leaves this folder. */
export class LockfileSyntaxError extends Error {
  override readonly name = 'LockfileSyntaxError';
  readonly place: string;

  constructor(place: string, reason: string) {
    super(reason);
    this.place = shorten(place);
  }
}

/** Names and values from a hostile file go into messages: only their beginning, without control characters. */
export function shorten(text: string): string {
  const clean = text.replace(/\p{Cc}/gu, ' ');
  return clean.length <= 120 ? clean : `${clean.slice(0, 117)}...`;
}

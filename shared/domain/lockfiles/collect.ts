import {
  type LockEcosystem,
  type LockedPackage,
  LockfileSyntaxError,
  shorten,
  type UnjudgeablePackage,
} from './types.ts';

/** Far above any true lockfile (the largest known have about 20,000), far below what would exhaust a function's memory. */
export const MAX_PACKAGES = 300_000;
const MAX_NAME_LENGTH = 512;
const MAX_VERSION_LENGTH = 512;

/** Gathers what one reader finds, once per name, version and dev mark (the first place is kept). */
export class Collector {
  readonly packages: LockedPackage[] = [];
  readonly unjudgeable: UnjudgeablePackage[] = [];
  readonly #ecosystem: LockEcosystem;
  readonly #seen = new Map<string, number>();

  constructor(ecosystem: LockEcosystem) {
    this.#ecosystem = ecosystem;
  }

  add(name: string, version: string, path: string, dev = false): void {
    if (name === '' || name.length > MAX_NAME_LENGTH) {
      throw new LockfileSyntaxError(
        path,
        `a package name has 1 to ${MAX_NAME_LENGTH} characters, this one ${name.length}`,
      );
    }
    if (version === '') {
      this.skip(name, path, 'the lockfile gives no version');
      return;
    }
    if (version.length > MAX_VERSION_LENGTH) {
      throw new LockfileSyntaxError(
        path,
        `a version has at most ${MAX_VERSION_LENGTH} characters, this one ${version.length}`,
      );
    }
    const key = `${name}\n${version}`;
    const known = this.#seen.get(key);
    if (known === undefined) {
      this.#seen.set(key, this.packages.length);
      this.packages.push({
        ecosystem: this.#ecosystem,
        name: detached(name),
        version: detached(version),
        dev,
        path: detached(path),
      });
      this.#checkCount(path);
      return;
    }
    const first = this.packages[known];
    // Needed anywhere in production is needed in production.
    if (first?.dev === true && !dev) this.packages[known] = { ...first, dev: false, path };
  }

  skip(name: string, path: string, reason: string): void {
    this.unjudgeable.push({ name: shorten(name), path: shorten(path), reason });
    this.#checkCount(path);
  }

  #checkCount(path: string): void {
    if (this.packages.length + this.unjudgeable.length > MAX_PACKAGES) {
      throw new LockfileSyntaxError(path, `more than ${MAX_PACKAGES} packages in one lockfile`);
    }
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A copy: engines keep the whole text alive for the sake of one part of it, and fifty lockfiles are many texts. */
function detached(part: string): string {
  return decoder.decode(encoder.encode(part));
}

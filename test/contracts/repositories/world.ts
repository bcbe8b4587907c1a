import assert from 'node:assert/strict';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import type {
  FenceClaim,
  NewObjects,
  ObjectId,
  PushReceipt,
  PushRefusal,
  RefUpdate,
  RepositoriesPort,
  Repository,
  Signature,
} from '../../../shared/ports/repositories.ts';

/** A commit somebody else makes. Files are changes to the first parent's. */
export interface ForeignCommit {
  /** An object id, or the position of an earlier commit of the same call. */
  readonly parents?: readonly (ObjectId | number)[];
  readonly files?: Readonly<Record<string, string>>;
  readonly message?: string;
  readonly at?: string;
}

/** One empty repository whose HEAD is `refs/heads/main`, and what people do to it without this program. */
export interface RepositoriesWorld {
  readonly port: RepositoriesPort;
  readonly repository: Repository;
  commit(commits: readonly ForeignCommit[]): Promise<ObjectId[]>;
  setRef(ref: string, id: ObjectId | null): Promise<void>;
  readRef(ref: string): Promise<ObjectId | null>;
  close(): Promise<void>;
}

export const FENCE = 'refs/heads/high-noon/fence';
export const RELEASE = 'refs/heads/high-noon/release';
export const CONTEXT = 'refs/heads/high-noon/context';
export const AT = '2026-11-23T12:00:00.000Z';
export const AUTHOR: Signature = { name: 'High Noon', email: 'high-noon@noreply.invalid', at: AT };
export const CLAIM: FenceClaim = { token: 7, holder: 'high-noon-sync@2026-11-23T12:00Z#1' };
export const ABSENT: ObjectId = 'd'.repeat(40);

export const hasCode = (code: PortErrorCode) => (error: unknown) => error instanceof PortError && error.code === code;

export function refusedAs(kind: PushRefusal['kind']) {
  return (error: unknown) => {
    assert.ok(error instanceof PortError, String(error));
    assert.equal(error.code, kind === 'forbidden' ? 'permission-denied' : 'precondition-failed');
    assert.equal((error as { refusal?: PushRefusal }).refusal?.kind, kind);
    assert.equal(error.ambiguous, false);
    return true;
  };
}

/** Commits in a line, a minute apart, each with one new file. */
export function line(count: number, from?: ObjectId): ForeignCommit[] {
  return Array.from({ length: count }, (_, n) => ({
    parents: n > 0 ? [n - 1] : from === undefined ? [] : [from],
    files: { [`notes/${n}.txt`]: `note ${n}\n` },
    message: `note ${n}`,
    at: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(),
  }));
}

/** The world of the test that runs now, and the words that several parts of the suite share. */
export interface Here {
  world(): RepositoriesWorld;
  port(): RepositoriesPort;
  repository(): Repository;
  one(commit: ForeignCommit): Promise<ObjectId>;
  push(updates: readonly RefUpdate[], made?: NewObjects, claim?: FenceClaim): Promise<PushReceipt>;
}

export function hereOf(world: () => RepositoriesWorld): Here {
  return {
    world,
    port: () => world().port,
    repository: () => world().repository,
    one: async (commit) => (await world().commit([commit]))[0] ?? '',
    push: (updates, made, claim = CLAIM) =>
      world().port.fencedPush(world().repository, { claim, at: AT, updates, objects: made?.objects ?? [] }),
  };
}

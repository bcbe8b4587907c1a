import type { Instant } from '../domain/time.ts';

/**
 * Repositories: git by protocol. Reading needs no clone, and every write is one atomic request that also moves the
 * repository's fence, so that a stalled writer can never land after it has been superseded.
 *
 * Every method throws `PortError`:
 * - `unauthenticated`, `permission-denied`: the credential is missing, refused, or may not do this
 * - `not-found`: no such repository, commit or path (a host may answer so to a token that may not see it)
 * - `precondition-failed`: a ref is not where the caller expects it, or the fence has risen; nothing moved
 * - `too-large`: the answer went beyond the byte limit
 * - `unsupported`: the server lacks something that is needed (`atomic`, protocol version 2)
 * - `invalid`: the request, or what the server answered, is not well formed; nothing moved
 * - `unavailable`, `deadline-exceeded`, `resource-exhausted`: no answer; a push may or may not have happened
 */

/** 40 lower-case hexadecimal digits. */
export type ObjectId = string;

export interface Repository {
  /** For messages. */
  readonly name: string;
  /** `https://HOST/PATH`, without credentials, query or fragment. */
  readonly url: string;
  /** Asked for once per request, so that a short-lived token may be renewed; never kept, never in a message. */
  readonly token?: () => Promise<string | undefined>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** For the whole call, all its requests together, in milliseconds. Default 30,000. */
  readonly deadlineMs?: number;
}

export interface RefListing {
  /** Full ref name (`refs/heads/main`) to object id; an annotated tag gives the id of the tag object. */
  readonly refs: ReadonlyMap<string, ObjectId>;
  /** Ref name of an annotated tag to the object it finally points at. Known when listing for `read`. */
  readonly peeled: ReadonlyMap<string, ObjectId>;
  /** Where HEAD points; absent in an empty repository, when detached, and when listing for `push`. */
  readonly head?: { readonly ref: string; readonly id: ObjectId };
  /** What the server says it can do, for example `atomic` when listing for `push`. */
  readonly capabilities: ReadonlySet<string>;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Whole seconds; git keeps no fractions. */
  readonly at: Instant;
}

export interface Commit {
  readonly id: ObjectId;
  readonly tree: ObjectId;
  readonly parents: readonly ObjectId[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface FileEntry {
  readonly path: string;
  readonly id: ObjectId;
  readonly kind: 'file' | 'executable' | 'symlink' | 'submodule';
}

/** How far a walk into the past may go before it must say that it cannot tell. */
export interface HistoryLimits {
  /** Default 5,000. */
  readonly maxCommits?: number;
  /** Received bytes. Default 32 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds, all steps together; no more than the call's deadline. Default 20,000. */
  readonly maxMs?: number;
  /** Depth of the first step; each further step doubles the depth. Default 64. */
  readonly deepenStep?: number;
}

/** `commits`, `bytes`, `time`: the limit that was reached. `shallow`: the server itself has no more. */
export type HistoryCap = 'commits' | 'bytes' | 'time' | 'shallow';

/**
 * Newest first, every commit before its parents; the commit that was looked for and its known ancestors are left out.
 * `root`: the whole history was read, so what was not found is certainly not there. Any other cap: it cannot be told.
 */
export type History =
  | { readonly found: true; readonly reached: readonly ObjectId[]; readonly commits: readonly Commit[] }
  | { readonly found: false; readonly cap: HistoryCap | 'root'; readonly commits: readonly Commit[] };

/** Counts: commits of the first that the second lacks (`ahead`), and the other way round (`behind`). */
export type Relation =
  | { readonly relation: 'same' | 'ahead' | 'behind' | 'diverged'; readonly ahead: number; readonly behind: number }
  | { readonly relation: 'unknown'; readonly cap: HistoryCap };

export type LastCommit =
  | { readonly found: true; readonly commit: Commit; readonly ignored: number }
  | { readonly found: false; readonly cap: HistoryCap | 'root' };

export interface GitObject {
  readonly type: 'commit' | 'tree' | 'blob' | 'tag';
  readonly id: ObjectId;
  readonly data: Uint8Array;
}

/** Objects that exist nowhere yet, and the one of them a ref is to point at. Equal arguments give equal ids. */
export interface NewObjects {
  readonly id: ObjectId;
  readonly objects: readonly GitObject[];
}

export interface FileChange {
  /** The commit to start from; null for a branch without a past. */
  readonly parent: ObjectId | null;
  /** For example `highnoon/context_manifest.yaml`. */
  readonly path: string;
  readonly content: Uint8Array | string;
  readonly message: string;
  readonly author: Signature;
}

export interface TagContent {
  readonly target: ObjectId;
  /** Without `refs/tags/`. */
  readonly name: string;
  readonly message: string;
  readonly tagger: Signature;
}

export interface RefUpdate {
  /** Full name, for example `refs/heads/high-noon/release`. */
  readonly ref: string;
  /** The id it must have now; null when it must not exist. */
  readonly expectedOld: ObjectId | null;
  /** The id it gets; null deletes it. */
  readonly next: ObjectId | null;
}

/** The right to write: tokens rise with every lease, and the holder tells two claims of one token apart. */
export interface FenceClaim {
  readonly token: number;
  /** One line, for example a run id. */
  readonly holder: string;
}

export interface Fence extends FenceClaim {
  /** The commit that `refs/heads/high-noon/fence` points at. */
  readonly id: ObjectId;
}

export interface FencedPush {
  readonly claim: FenceClaim;
  /** The time written into the fence commit. */
  readonly at: Instant;
  readonly updates: readonly RefUpdate[];
  readonly objects?: readonly GitObject[];
}

export interface PushReceipt {
  readonly fence: Fence;
  /** As accepted by the server, without the fence's own. */
  readonly updates: readonly RefUpdate[];
}

/** Why a push was refused: the `refusal` of the error. In every case nothing moved. */
export type PushRefusal =
  | {
      readonly kind: 'stale';
      readonly refs: readonly {
        readonly ref: string;
        readonly expected: ObjectId | null;
        readonly actual: ObjectId | null;
      }[];
    }
  | { readonly kind: 'fenced'; readonly observed: Fence; readonly offered: FenceClaim }
  | { readonly kind: 'unreadable-fence'; readonly id: ObjectId }
  /** Refs are where they were expected, yet the server's own rules forbid the move (a hook, a protected branch). */
  | { readonly kind: 'forbidden'; readonly refs: readonly { readonly ref: string; readonly reason: string }[] };

/** What a host knows of a repository beside its objects and refs. */
export interface HostFacts {
  readonly archived: boolean;
  /** Whether the credential may write; undefined when the host does not say. */
  readonly mayPush?: boolean;
}

/** A check that a host ran on a commit. `missing`: it is required, and nothing ever reported it. */
export interface RequiredCheck {
  readonly name: string;
  readonly state: 'green' | 'red' | 'pending' | 'missing';
}

/** What the host's rules (branch protection, rule sets) let this credential do with a ref. */
export interface RefRules {
  readonly create: boolean;
  readonly fastForward: boolean;
  /** To a commit that does not descend from the present one: what a rollback does. */
  readonly putBack: boolean;
  readonly delete: boolean;
}

export interface RepositoriesPort {
  /** One request. `push` asks for what a writer sees and so proves the credential; default `read`. */
  listRefs(repository: Repository, options?: CallOptions & { readonly for?: 'read' | 'push' }): Promise<RefListing>;
  readCommit(repository: Repository, id: ObjectId, options?: CallOptions): Promise<Commit>;
  /** Throws `not-found` when the commit has no such path, `invalid` when it is not a file. `maxBytes` default 8 MiB. */
  readFile(
    repository: Repository,
    commit: ObjectId,
    path: string,
    options?: CallOptions & { readonly maxBytes?: number },
  ): Promise<Uint8Array>;
  /** In the order of git: by the bytes of the path. `prefix` is a folder or a file; one that is absent gives none. */
  listFiles(
    repository: Repository,
    commit: ObjectId,
    options?: CallOptions & { readonly prefix?: string; readonly maxFiles?: number },
  ): Promise<readonly FileEntry[]>;
  /** Walks back from a commit until one of `until` is reached; without `until`, as far as the limits go. */
  history(
    repository: Repository,
    from: ObjectId,
    options?: CallOptions & HistoryLimits & { readonly until?: readonly ObjectId[] },
  ): Promise<History>;
  /** How `a` stands to `b`: `ahead` means that `b` can be fast-forwarded to `a`. */
  relation(repository: Repository, a: ObjectId, b: ObjectId, options?: CallOptions & HistoryLimits): Promise<Relation>;
  /** The newest commit whose subject (first line) matches none of the RE2 patterns. */
  lastCommit(
    repository: Repository,
    from: ObjectId,
    options: CallOptions & HistoryLimits & { readonly ignoreSubjects: readonly string[] },
  ): Promise<LastCommit>;
  /** Makes the objects of a commit that sets one file; sends nothing. Reads the parent's folders when there is one. */
  commitFile(repository: Repository, change: FileChange, options?: CallOptions): Promise<NewObjects>;
  /** Makes an annotated tag; sends nothing. */
  tagObject(content: TagContent): NewObjects;
  /** The newest accepted claim, or undefined when nothing was ever pushed under a fence. */
  readFence(repository: Repository, options?: CallOptions): Promise<Fence | undefined>;
  /**
   * Moves all refs and the fence, or nothing, in one request. Refused (`precondition-failed`) when the observed token
   * is higher, or equal and another holder's. With no updates it moves the fence alone, which is how a rollback or a
   * conclusion makes every earlier call that is still on its way fail.
   */
  fencedPush(repository: Repository, push: FencedPush, options?: CallOptions): Promise<PushReceipt>;
  /** Absent where the host offers nothing but git itself: then it cannot be told. */
  hostFacts?(repository: Repository, options?: CallOptions): Promise<HostFacts>;
  /**
   * Those named, or with none named those that the host requires on the branch; empty when it requires none. Absent
   * where the host runs no checks: then it cannot be told.
   */
  requiredChecks?(
    repository: Repository,
    commit: ObjectId,
    options: CallOptions & { readonly branch: string; readonly names: readonly string[] },
  ): Promise<readonly RequiredCheck[]>;
  /** Absent where the host shows no rules: then only trying tells. `ref` need not exist yet. */
  refRules?(repository: Repository, ref: string, options?: CallOptions): Promise<RefRules>;
}

import type {
  Commit,
  Fence,
  FenceClaim,
  FencedPush,
  ObjectId,
  PushReceipt,
  RefListing,
  Signature,
} from '../../ports/repositories.ts';
import { advertisedRefs } from './advertisement.ts';
import { EMPTY_TREE } from './build.ts';
import { gitError, PushRefusedError } from './failure.ts';
import { makeCommit } from './objects.ts';
import { readCommit } from './read.ts';
import { atomicPush } from './receive-pack.ts';
import type { Session } from './session.ts';
import type { Call } from './transport.ts';

/**
 * Compare-and-set on the target alone lets a stalled push succeed once a rollback has put the old id back. So every
 * push also moves this ref, from the commit it was seen at to a new one that carries the writer's token: whoever moved
 * it in between has made the stalled push stale for good, whatever the target says.
 */
export const FENCE_REF = 'refs/heads/high-noon/fence';

const TITLE = 'High Noon fence';

export async function readFence(session: Session, call: Call): Promise<Fence | undefined> {
  return (await observe(session, call, await advertisedRefs(session.transport, session.repository, call, 'read')))
    ?.fence;
}

export async function fencedPush(
  session: Session,
  call: Call,
  push: FencedPush,
  identity: Omit<Signature, 'at'>,
): Promise<PushReceipt> {
  const { transport, repository } = session;
  const { claim, updates } = push;
  assertClaim(session, claim);
  if (updates.some(({ ref }) => ref === FENCE_REF))
    throw gitError(repository, 'invalid', `${FENCE_REF} moves by itself with every push`);
  const seen = await advertisedRefs(transport, repository, call, 'push');
  const observed = await observe(session, call, seen);
  if (observed !== undefined) assertRising(session, observed.fence, claim);
  const commit = fenceCommit(claim, observed?.commit, { ...identity, at: push.at });
  const fence = { ref: FENCE_REF, expectedOld: observed?.commit.id ?? null, next: commit.id };
  const objects = [...(push.objects ?? []), EMPTY_TREE, commit];
  await atomicPush(transport, repository, call, { updates: [...updates, fence], objects, seen });
  // The next push of this holder looks at exactly this commit, and need not fetch what was just sent.
  session.kept.keep(commit);
  return { fence: { ...claim, id: commit.id }, updates };
}

function assertClaim({ repository }: Session, { token, holder }: FenceClaim): void {
  if (!Number.isSafeInteger(token) || token < 1)
    throw gitError(repository, 'invalid', `a fencing token is a positive integer, not ${token}`);
  if (!/^[\x21-\x7e]{1,200}$/.test(holder))
    throw gitError(repository, 'invalid', 'the holder of a token is 1 to 200 printable ASCII characters');
}

/** Tokens are granted once each, so an equal token of another holder means that one of the two is not what it claims. */
function assertRising({ repository }: Session, observed: Fence, offered: FenceClaim): void {
  if (observed.token < offered.token) return;
  if (observed.token === offered.token && observed.holder === offered.holder) return;
  const said = `token ${offered.token} of ${offered.holder}, but the fence stands at ${observed.token} of ${observed.holder}`;
  throw new PushRefusedError(repository, { kind: 'fenced', observed, offered }, `nothing was pushed: ${said}`);
}

async function observe(
  session: Session,
  call: Call,
  { refs }: RefListing,
): Promise<{ fence: Fence; commit: Commit } | undefined> {
  const id = refs.get(FENCE_REF);
  if (id === undefined) return undefined;
  const commit = await readCommit(session, call, id);
  return { commit, fence: { id, ...parseClaim(session, id, commit.message) } };
}

/** Writing over a fence that cannot be read could let two writers through, so that is a person's to clear. */
function parseClaim({ repository }: Session, id: ObjectId, message: string): FenceClaim {
  const match = /^High Noon fence\n\ntoken: ([1-9]\d{0,15})\nholder: ([\x21-\x7e]{1,200})\n*$/.exec(message);
  const token = Number(match?.[1]);
  if (match === null || !Number.isSafeInteger(token)) {
    throw new PushRefusedError(
      repository,
      { kind: 'unreadable-fence', id },
      `${FENCE_REF} is at ${id}, which carries no token`,
    );
  }
  return { token, holder: match[2] ?? '' };
}

/** Each has the one before as its parent, so that hosts that forbid forced moves accept it and no two are ever equal. */
function fenceCommit({ token, holder }: FenceClaim, before: Commit | undefined, author: Signature) {
  return makeCommit({
    tree: EMPTY_TREE.id,
    parents: before === undefined ? [] : [before.id],
    author,
    message: `${TITLE}\n\ntoken: ${token}\nholder: ${holder}\n`,
  });
}

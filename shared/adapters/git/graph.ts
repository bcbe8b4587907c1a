import { latest } from '../../domain/time.ts';
import type { Commit, ObjectId } from '../../ports/repositories.ts';

/** The part of a history that has been read. What lies behind `open` commits is not known. */
export type Graph = ReadonlyMap<ObjectId, Commit>;

/** All that is known to be reachable from a commit, itself included. */
export function reachable(graph: Graph, from: ObjectId): Set<ObjectId> {
  const seen = new Set<ObjectId>();
  const stack = [from];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const parent of graph.get(id)?.parents ?? []) stack.push(parent);
  }
  return seen;
}

/** The read commits that have a parent that was not read. */
export function openCommits(graph: Graph): Commit[] {
  return [...graph.values()].filter((commit) => commit.parents.some((id) => !graph.has(id)));
}

/** Newest first by commit time, but never a commit before one of its children. */
export function newestFirst(graph: Graph, ids: ReadonlySet<ObjectId>): Commit[] {
  const children = new Map<ObjectId, number>();
  const commits = [...ids].flatMap((id) => graph.get(id) ?? []);
  for (const commit of commits) for (const id of commit.parents) children.set(id, (children.get(id) ?? 0) + 1);
  const ready = commits.filter((commit) => !children.has(commit.id));
  const sorted: Commit[] = [];
  while (ready.length > 0) {
    let newest = 0;
    for (let i = 1; i < ready.length; i += 1) if (isNewer(ready[i], ready[newest])) newest = i;
    const [commit] = ready.splice(newest, 1);
    if (commit === undefined) break;
    sorted.push(commit);
    for (const id of commit.parents) {
      const left = (children.get(id) ?? 0) - 1;
      children.set(id, left);
      const parent = graph.get(id);
      if (left === 0 && parent !== undefined && ids.has(id)) ready.push(parent);
    }
  }
  return sorted;
}

/** By commit time, then by id, so that the order is the same on every run. */
function isNewer(a: Commit | undefined, b: Commit | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.committer.at === b.committer.at ? a.id < b.id : a.committer.at > b.committer.at;
}

export type Standing = { readonly ahead: number; readonly behind: number } | 'open';

/**
 * How two commits stand to each other, or `open` when more must be read first.
 *
 * The direction is exact: while a commit of one side only has unread parents, the answer stays open (it is never newer
 * than itself); once everything unread lies behind commits that both sides reach, neither side can find the other
 * there, because an ancestor of a commit never reaches it. The counts follow the rule git itself goes by, that no
 * commit is older than its parents: a one-sided commit could still turn out to be shared while some unread part may be
 * as new as it is.
 */
export function standing(graph: Graph, a: ObjectId, b: ObjectId): Standing {
  const fromA = reachable(graph, a);
  const fromB = reachable(graph, b);
  const open = openCommits(graph);
  const newestOpen = open.reduce((at, commit) => latest(at, commit.committer.at), '');
  const only = (side: Set<ObjectId>, other: Set<ObjectId>) => [...side].filter((id) => graph.has(id) && !other.has(id));
  const ahead = only(fromA, fromB);
  const behind = only(fromB, fromA);
  const isSettled = (id: ObjectId) => (graph.get(id)?.committer.at ?? '') > newestOpen;
  if (newestOpen !== '' && ![...ahead, ...behind].every(isSettled)) return 'open';
  return { ahead: ahead.length, behind: behind.length };
}

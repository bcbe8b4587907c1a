import { RE2JS } from 're2js';
import type {
  Commit,
  History,
  HistoryLimits,
  LastCommit,
  ObjectId,
  Relation,
  Repository,
} from '../../ports/repositories.ts';
import { explore } from './explore.ts';
import { gitError } from './failure.ts';
import { type Graph, newestFirst, openCommits, reachable, standing } from './graph.ts';
import { assertId, type Session } from './session.ts';
import type { Call } from './transport.ts';

/** Throws `invalid` when the server's answer lacks the very commit that was asked for. */
export async function history(
  session: Session,
  call: Call,
  from: ObjectId,
  options: HistoryLimits & { readonly until?: readonly ObjectId[] },
): Promise<History> {
  const until = options.until ?? [];
  for (const id of until) assertId(session.repository, id);
  const look = (graph: Graph) => {
    const reached = until.filter((id) => graph.has(id));
    return reached.length > 0 ? reached : undefined;
  };
  const { graph, outcome } = await explore(session, call, [from], options, look);
  const all = reachable(graph, from);
  if ('cap' in outcome) return { found: false, cap: outcome.cap, commits: newestFirst(graph, all) };
  const reached = outcome.answer;
  const known = new Set(reached.flatMap((id) => [...reachable(graph, id)]));
  return { found: true, reached, commits: newestFirst(graph, new Set([...all].filter((id) => !known.has(id)))) };
}

export async function relation(
  session: Session,
  call: Call,
  a: ObjectId,
  b: ObjectId,
  limits: HistoryLimits,
): Promise<Relation> {
  for (const id of [a, b]) assertId(session.repository, id);
  if (a === b) return { relation: 'same', ahead: 0, behind: 0 };
  const look = (graph: Graph) => {
    const found = standing(graph, a, b);
    return found === 'open' ? undefined : found;
  };
  const { outcome } = await explore(session, call, [a, b], limits, look);
  if ('cap' in outcome) {
    // With the whole history read nothing is open, so `standing` has answered before.
    if (outcome.cap === 'root') throw gitError(session.repository, 'internal', 'a whole history left a relation open');
    return { relation: 'unknown', cap: outcome.cap };
  }
  const { ahead, behind } = outcome.answer;
  if (behind === 0) return { relation: 'ahead', ahead, behind };
  return { relation: ahead === 0 ? 'behind' : 'diverged', ahead, behind };
}

export async function lastCommit(
  session: Session,
  call: Call,
  from: ObjectId,
  options: HistoryLimits & { readonly ignoreSubjects: readonly string[] },
): Promise<LastCommit> {
  const patterns = options.ignoreSubjects.map((pattern) => compile(session.repository, pattern));
  const isIgnored = (commit: Commit) => {
    const subject = commit.message.split('\n', 1)[0] ?? '';
    return patterns.some((pattern) => pattern.test(subject));
  };
  const look = (graph: Graph) => {
    const candidates = [...graph.values()].filter((commit) => !isIgnored(commit));
    const newest = newestFirst(graph, new Set(candidates.map((commit) => commit.id)))[0];
    if (newest === undefined) return undefined;
    // What was not read is no newer than the commits it lies behind.
    const settled = openCommits(graph).every((commit) => commit.committer.at <= newest.committer.at);
    return settled ? newest : undefined;
  };
  const { graph, outcome } = await explore(session, call, [from], options, look);
  if ('cap' in outcome) return { found: false, cap: outcome.cap };
  const commit = outcome.answer;
  const ignored = [...graph.values()].filter((other) => other.committer.at > commit.committer.at).length;
  return { found: true, commit, ignored };
}

/** RE2, because a configured pattern meets foreign text: no pattern takes more than linear time. */
function compile(repository: Repository, pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw gitError(repository, 'invalid', `${JSON.stringify(pattern)} is no RE2 pattern`, cause);
  }
}

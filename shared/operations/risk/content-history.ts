import { PortError } from '../../domain/errors.ts';
import { contentOf } from '../../domain/risk/documents.ts';
import type { Instant } from '../../domain/time.ts';
import type { Commit, History, ObjectId } from '../../ports/repositories.ts';
import type { ContextOf } from '../define-operation.ts';
import { lookOptions } from '../repositories/repository.ts';
import type { Head } from './repository-heads.ts';

type Context = ContextOf<'repositories'>;

/** When a file's content, without its markers, last became what it is. */
export type ContentChange =
  | { readonly kind: 'changed'; readonly at: Instant; readonly commit: ObjectId }
  /** Not since the time that was asked about. */
  | { readonly kind: 'older'; readonly than: Instant }
  | { readonly kind: 'unknown'; readonly cap: string; readonly readTo: Instant | null };

/** Documents are pages; what is longer is no document. */
const LARGEST_DOCUMENT = 2 * 1024 * 1024;

export async function readText(context: Context, head: Head, commit: ObjectId, path: string): Promise<string> {
  const options = { ...lookOptions(context), maxBytes: LARGEST_DOCUMENT };
  return Buffer.from(await context.ports.repositories.readFile(head.repository, commit, path, options)).toString(
    'utf8',
  );
}

/** The commits of a repository, walked once for all of its documents. */
export function openContentHistory(context: Context, head: Head) {
  let walked: Promise<History> | undefined;
  const walk = () => {
    walked ??= context.ports.repositories.history(head.repository, head.commit, lookOptions(context));
    return walked;
  };
  return {
    head,
    async changeOf(path: string, text: string, header: string | undefined, since: Instant): Promise<ContentChange> {
      const history = await walk();
      const wanted = contentOf(text, header);
      const isSame = async (commit: Commit) => (await contentAt(context, head, commit.id, path, header)) === wanted;
      return findChange(mainLine(history.commits, head.commit), history, since, isSame);
    },
  };
}

/** The default branch as it stood: a merge came in when it was merged, not when its parts were written. */
function mainLine(commits: readonly Commit[], from: ObjectId): Commit[] {
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const line: Commit[] = [];
  for (let at = byId.get(from); at !== undefined; at = byId.get(at.parents[0] ?? '')) line.push(at);
  return line;
}

async function findChange(
  line: readonly Commit[],
  history: History,
  since: Instant,
  isSame: (commit: Commit) => Promise<boolean>,
): Promise<ContentChange> {
  const before = line.findIndex(({ committer }) => committer.at < since);
  const last = before < 0 ? line.length - 1 : before;
  const oldest = line[last];
  const isWhole = !history.found && history.cap === 'root';
  const unread = {
    kind: 'unknown',
    cap: history.found ? 'cut' : history.cap,
    readTo: oldest?.committer.at ?? null,
  } as const;
  if (oldest === undefined) return unread;
  if (await isSame(oldest)) {
    if (before >= 0) return { kind: 'older', than: since };
    // The whole history is younger than what was asked: it has been so since the beginning.
    return isWhole ? { kind: 'changed', at: oldest.committer.at, commit: oldest.id } : unread;
  }
  // Between a commit that says the same and one that says something else lies a change: halving finds one.
  let same = 0;
  let other = last;
  while (other - same > 1) {
    const middle = (same + other) >> 1;
    const commit = line[middle];
    if (commit !== undefined && (await isSame(commit))) same = middle;
    else other = middle;
  }
  const change = line[same];
  return change === undefined ? unread : { kind: 'changed', at: change.committer.at, commit: change.id };
}

async function contentAt(
  context: Context,
  head: Head,
  commit: ObjectId,
  path: string,
  header: string | undefined,
): Promise<string | undefined> {
  try {
    return contentOf(await readText(context, head, commit, path), header);
  } catch (error) {
    if (error instanceof PortError && (error.code === 'not-found' || error.code === 'invalid')) return undefined;
    throw error;
  }
}

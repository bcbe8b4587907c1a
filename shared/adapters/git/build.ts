import { InvariantError } from '../../domain/errors.ts';
import type { FileChange, GitObject, NewObjects, ObjectId, TagContent } from '../../ports/repositories.ts';
import { gitError } from './failure.ts';
import { isFolder, makeCommit, makeObject, makeTag, makeTree, rawName, type TreeEntry } from './objects.ts';
import { isRefName, segmentsOf } from './paths.ts';
import { entriesOf, readFolders } from './read.ts';
import type { Session } from './session.ts';
import type { Call } from './transport.ts';

/** The folder of a branch without a past. Git knows it by heart; other servers may want it sent. */
export const EMPTY_TREE = makeTree([]);

/**
 * The blob, the folders on its way and the commit, and nothing else: every other file of the parent stays named by the
 * folders as it was. Equal arguments give equal ids, so that a repeated attempt pushes the same commit.
 */
export async function commitFile(session: Session, call: Call, change: FileChange): Promise<NewObjects> {
  const { repository } = session;
  const segments = segmentsOf(repository, change.path);
  const blob = makeObject('blob', Buffer.from(change.content));
  const objects: GitObject[] = [blob];
  const start = change.parent === null ? undefined : await readFolders(session, call, change.parent, segments.length);

  const place = (tree: ObjectId | undefined, depth: number): GitObject => {
    const name = rawName(segments[depth] ?? '');
    const entries = tree === undefined || start === undefined ? [] : entriesOf(session, start.objects, tree);
    const old = entries.find((entry) => entry.name === name);
    const isLast = depth === segments.length - 1;
    if (old !== undefined && isFolder(old) === isLast) {
      const kind = isLast ? 'a folder' : 'not a folder';
      throw gitError(repository, 'invalid', `${segments.slice(0, depth + 1).join('/')} is ${kind} in ${change.parent}`);
    }
    const next: TreeEntry = isLast
      ? { mode: old?.mode === '100755' ? '100755' : '100644', name, id: blob.id }
      : { mode: '40000', name, id: place(old?.id, depth + 1).id };
    const made = makeTree([...entries.filter((entry) => entry !== old), next]);
    objects.push(made);
    return made;
  };
  const root = place(start?.commit.tree, 0);
  const parents = change.parent === null ? [] : [change.parent];
  const commit = makeCommit({ tree: root.id, parents, author: change.author, message: change.message });
  return { id: commit.id, objects: [...objects, commit] };
}

/** The target is a commit; only commits are tagged here. */
export function tagObject(content: TagContent): NewObjects {
  if (!isRefName(`refs/tags/${content.name}`))
    throw new InvariantError(`${JSON.stringify(content.name)} is no name for a tag`);
  const tag = makeTag(content);
  return { id: tag.id, objects: [tag] };
}

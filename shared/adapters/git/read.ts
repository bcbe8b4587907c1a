import type { Commit, FileEntry, GitObject, ObjectId } from '../../ports/repositories.ts';
import { malformed } from './advertisement.ts';
import { gitError } from './failure.ts';
import { isFolder, parseCommit, parseTree, rawName, readableName, type TreeEntry } from './objects.ts';
import { segmentsOf } from './paths.ts';
import { assertId, DEFAULT_MAX_BYTES, fetchInto, type Session } from './session.ts';
import type { Call } from './transport.ts';

type Objects = (id: ObjectId) => GitObject | undefined;

const DEFAULT_FILE_BYTES = 8 * 1024 * 1024;
const DEFAULT_MAX_FILES = 200_000;
/** Git itself stops at 2,048 folders deep; a tree that goes on is built to exhaust its reader. */
const DEEPEST = 256;

export async function readCommit(session: Session, call: Call, id: ObjectId): Promise<Commit> {
  assertId(session.repository, id);
  const known = session.kept.get(id);
  const object =
    known ??
    (
      await fetchInto(session, call, { wants: [id], depth: 1, filter: 'tree:0', maxBytes: DEFAULT_MAX_BYTES })
    ).objects.get(id);
  return commitOf(session, id, object);
}

export async function readFile(
  session: Session,
  call: Call,
  commit: ObjectId,
  path: string,
  maxBytes = DEFAULT_FILE_BYTES,
): Promise<Uint8Array> {
  const { repository } = session;
  const segments = segmentsOf(repository, path);
  const kept: Objects = (id) => session.kept.get(id);
  let entry = locate(session, kept, commit, segments);
  if (entry === 'incomplete') {
    const { objects } = await readFolders(session, call, commit, segments.length);
    entry = locate(session, objects, commit, segments);
  }
  if (entry === undefined) throw gitError(repository, 'not-found', `there is no ${path} in ${commit}`);
  if (entry === 'incomplete') throw gitError(repository, 'invalid', `the server did not send all folders of ${path}`);
  const kind = kindOf(entry);
  if (kind !== 'file' && kind !== 'executable')
    throw gitError(repository, 'invalid', `${path} in ${commit} is a ${kind}, not a file`);
  const { id } = entry;
  const blob = kept(id) ?? (await fetchInto(session, call, { wants: [id], maxBytes })).objects.get(id);
  if (blob?.type !== 'blob') throw gitError(repository, 'invalid', `the server did not send ${path}`);
  if (blob.data.length > maxBytes)
    throw gitError(repository, 'too-large', `${path} has ${blob.data.length} bytes; at most ${maxBytes} are read`);
  return blob.data;
}

/** `incomplete` when an object on the way is not at hand; undefined when there is certainly no such path. */
function locate(
  session: Session,
  objects: Objects,
  commit: ObjectId,
  segments: readonly string[],
): TreeEntry | undefined | 'incomplete' {
  const start = objects(commit);
  if (start === undefined) return 'incomplete';
  let entry: TreeEntry = { mode: '40000', name: '', id: commitOf(session, commit, start).tree };
  for (const segment of segments) {
    if (!isFolder(entry)) return undefined;
    if (objects(entry.id) === undefined) return 'incomplete';
    const next = entriesOf(session, objects, entry.id).find((e) => e.name === rawName(segment));
    if (next === undefined) return undefined;
    entry = next;
  }
  return entry;
}

export async function listFiles(
  session: Session,
  call: Call,
  commit: ObjectId,
  options: { readonly prefix?: string; readonly maxFiles?: number },
): Promise<readonly FileEntry[]> {
  const { repository } = session;
  const maxFiles = options.maxFiles ?? DEFAULT_MAX_FILES;
  const wanted = options.prefix === undefined ? [] : segmentsOf(repository, options.prefix).map(rawName);
  const { commit: start, objects } = await readFolders(session, call, commit, 'all');
  const files: FileEntry[] = [];
  let visited = 0;
  const walk = (tree: ObjectId, folder: string, depth: number): void => {
    if (depth > DEEPEST) throw gitError(repository, 'too-large', `${commit} has folders more than ${DEEPEST} deep`);
    for (const entry of entriesOf(session, objects, tree)) {
      const inside = depth < wanted.length ? entry.name === wanted[depth] : true;
      if (!inside) continue;
      // A handful of folders that hold each other stands for billions of paths, so folders are counted too.
      visited += 1;
      if (visited > maxFiles)
        throw gitError(repository, 'too-large', `${commit} has more than ${maxFiles} files and folders`);
      const kind = kindOf(entry);
      const path = `${folder}${entry.name}`;
      if (kind === 'folder') walk(entry.id, `${path}/`, depth + 1);
      else if (depth + 1 >= wanted.length) files.push({ path: readableName(path), id: entry.id, kind });
    }
  };
  walk(start.tree, '', 0);
  return files;
}

/** The commit and its folders, `levels` of them from the root. */
export async function readFolders(
  session: Session,
  call: Call,
  commit: ObjectId,
  levels: number | 'all',
): Promise<{ commit: Commit; objects: Objects }> {
  assertId(session.repository, commit);
  const filter = levels === 'all' ? 'blob:none' : `tree:${levels}`;
  const fetched = await fetchInto(session, call, { wants: [commit], depth: 1, filter, maxBytes: DEFAULT_MAX_BYTES });
  const objects: Objects = (id) => fetched.objects.get(id) ?? session.kept.get(id);
  return { commit: commitOf(session, commit, objects(commit)), objects };
}

export function entriesOf(session: Session, objects: Objects, tree: ObjectId): TreeEntry[] {
  const object = objects(tree);
  if (object?.type !== 'tree')
    throw gitError(session.repository, 'invalid', `the server did not send the folder ${tree}`);
  return malformed(session.repository, () => parseTree(object));
}

function commitOf(session: Session, id: ObjectId, object: GitObject | undefined): Commit {
  const { repository } = session;
  if (object === undefined) throw gitError(repository, 'invalid', `the server did not send ${id}`);
  if (object.type !== 'commit') throw gitError(repository, 'invalid', `${id} is a ${object.type}, not a commit`);
  return malformed(repository, () => parseCommit(object));
}

function kindOf(entry: TreeEntry): FileEntry['kind'] | 'folder' {
  if (isFolder(entry)) return 'folder';
  if (entry.mode === '120000') return 'symlink';
  if (entry.mode === '160000') return 'submodule';
  // Modes such as 100664 come from the first years of git; only the owner's execute bit has a meaning.
  return (Number.parseInt(entry.mode, 8) & 0o100) === 0 ? 'file' : 'executable';
}

import { createHash } from 'node:crypto';
import { epochMs, instant } from '../../domain/time.ts';
import type { Commit, GitObject, ObjectId, Signature, TagContent } from '../../ports/repositories.ts';

/** On the wire, the id of what does not exist: the old side of a creation, the new side of a deletion. */
export const ZERO_ID: ObjectId = '0'.repeat(40);

export const isObjectId = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

/** Names are kept as the bytes they are (latin1), because git does not promise that a path is UTF-8. */
export interface TreeEntry {
  /** Octal without leading zero, as stored: `100644`, `100755`, `120000`, `40000`, `160000`. */
  readonly mode: string;
  readonly name: string;
  readonly id: ObjectId;
}

export const isFolder = (entry: TreeEntry): boolean => entry.mode === '40000';
export const rawName = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
export const readableName = (raw: string): string => Buffer.from(raw, 'latin1').toString('utf8');

export function makeObject(type: GitObject['type'], data: Buffer): GitObject {
  const id = createHash('sha1').update(`${type} ${data.length}\0`).update(data).digest('hex');
  return { type, id, data };
}

/** Git sorts by bytes, a folder as if its name ended in a slash; any other order is a corrupt tree. */
export function makeTree(entries: readonly TreeEntry[]): GitObject {
  const key = (entry: TreeEntry) => (isFolder(entry) ? `${entry.name}/` : entry.name);
  const sorted = [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const parts = sorted.flatMap((entry) => [
    Buffer.from(`${entry.mode} ${entry.name}\0`, 'latin1'),
    Buffer.from(entry.id, 'hex'),
  ]);
  return makeObject('tree', Buffer.concat(parts));
}

export function parseTree(object: GitObject): TreeEntry[] {
  const data = Buffer.from(object.data.buffer, object.data.byteOffset, object.data.byteLength);
  const entries: TreeEntry[] = [];
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const nul = data.indexOf(0, space);
    if (space < 0 || nul < 0 || nul + 21 > data.length) throw new SyntaxError(`tree ${object.id} is cut off`);
    const mode = data.toString('latin1', at, space);
    const name = data.toString('latin1', space + 1, nul);
    if (name === '' || name.includes('/')) throw new SyntaxError(`tree ${object.id} has an entry without a plain name`);
    entries.push({ mode, name, id: data.toString('hex', nul + 1, nul + 21) });
    at = nul + 21;
  }
  return entries;
}

export interface CommitContent {
  readonly tree: ObjectId;
  readonly parents: readonly ObjectId[];
  readonly author: Signature;
  readonly message: string;
}

export function makeCommit(content: CommitContent): GitObject {
  const by = signatureLine(content.author);
  const headers = [
    `tree ${content.tree}`,
    ...content.parents.map((id) => `parent ${id}`),
    `author ${by}`,
    `committer ${by}`,
  ];
  return makeObject('commit', Buffer.from(`${headers.join('\n')}\n\n${withNewline(content.message)}`));
}

export function makeTag(content: TagContent, targetType: GitObject['type'] = 'commit'): GitObject {
  const headers = [
    `object ${content.target}`,
    `type ${targetType}`,
    `tag ${content.name}`,
    `tagger ${signatureLine(content.tagger)}`,
  ];
  return makeObject('tag', Buffer.from(`${headers.join('\n')}\n\n${withNewline(content.message)}`));
}

/**
 * Git reads a commit by position: `tree`, then the run of `parent` lines, then `author` and `committer`. A parent line
 * further down is text that git keeps and does not follow, so it must not be followed here either.
 */
export function parseCommit(object: GitObject): Commit {
  const text = Buffer.from(object.data).toString('utf8');
  const end = text.indexOf('\n\n');
  const lines = (end < 0 ? text : text.slice(0, end)).split('\n');
  const parents: ObjectId[] = [];
  const tree = headerValue(object.id, lines.shift(), 'tree');
  while (lines[0]?.startsWith('parent ')) parents.push(headerValue(object.id, lines.shift(), 'parent'));
  const author = parseSignature(object.id, headerValue(object.id, lines.shift(), 'author'));
  const committer = parseSignature(object.id, headerValue(object.id, lines.shift(), 'committer'));
  if (![tree, ...parents].every(isObjectId))
    throw new SyntaxError(`commit ${object.id} names something that is no object id`);
  return { id: object.id, tree, parents, author, committer, message: end < 0 ? '' : text.slice(end + 2) };
}

function headerValue(id: ObjectId, line: string | undefined, name: string): string {
  if (!line?.startsWith(`${name} `)) throw new SyntaxError(`commit ${id} has no ${name} where one must stand`);
  return line.slice(name.length + 1);
}

function parseSignature(id: ObjectId, text: string): Signature {
  const match = /^(.*?) ?<([^>]*)> (-?\d{1,12})(?: [+-]\d+)?$/.exec(text);
  if (match === null) throw new SyntaxError(`commit ${id} has a signature without name, mail and time`);
  const [, name = '', email = '', seconds = '0'] = match;
  return { name, email, at: instant(Number(seconds) * 1000) };
}

/** Newlines and angle brackets would let a name write headers of its own. */
function signatureLine(by: Signature): string {
  const clean = (text: string) => text.replace(/[\p{C}\s<>]+/gu, ' ').trim();
  return `${clean(by.name)} <${clean(by.email)}> ${Math.floor(epochMs(by.at) / 1000)} +0000`;
}

const withNewline = (message: string): string => (message.endsWith('\n') ? message : `${message}\n`);

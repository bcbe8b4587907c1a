import type { RawFields, RawValue } from '../../ports/memory.ts';
import { decodeFields, diffSnapshots, type SnapshotStore } from '../../snapshots/index.ts';

/** How the preferences of one record evolved since the parent; counts of fields, never what they say. */
export interface Drift {
  /** A keyed hash of the record's name. */
  readonly who: string;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Share of the fields of before and after that are not the same in both: 0 nothing, 1 everything. */
  readonly score: number;
}

export interface DriftSummary {
  readonly since: string;
  readonly users: { readonly added: number; readonly removed: number; readonly changed: number };
  /** Median and greatest score over the changed users; null when none changed. */
  readonly medianScore: number | null;
  readonly greatestScore: number | null;
  /** The most changed ones. */
  readonly most: readonly Drift[];
}

const MOST = 20;
/** Enough for a median that a person can trust, and no more memory than a page. */
const SCORES = 10_000;

export async function preferenceDrift(
  store: SnapshotStore,
  parent: string,
  id: string,
  collections: readonly string[],
  nameOf: (path: string) => string,
): Promise<DriftSummary> {
  const users = { added: 0, removed: 0, changed: 0 };
  const scores: number[] = [];
  let most: Drift[] = [];
  for await (const change of diffSnapshots(store, parent, id, collections)) {
    users[change.kind]++;
    if (change.kind !== 'changed') continue;
    const drift = {
      who: nameOf(change.path),
      ...compareFields(decodeFields(change.before.fields), decodeFields(change.after.fields)),
    };
    if (scores.length < SCORES) scores.push(drift.score);
    if (most.length < MOST || drift.score > (most.at(-1)?.score ?? 0))
      most = [...most, drift].sort((a, b) => b.score - a.score).slice(0, MOST);
  }
  scores.sort((a, b) => a - b);
  return {
    since: parent,
    users,
    medianScore: scores[Math.floor(scores.length / 2)] ?? null,
    greatestScore: most[0]?.score ?? null,
    most,
  };
}

/** Leaf by leaf: a list counts as one leaf, because its places have no names. */
export function compareFields(before: RawFields, after: RawFields): Omit<Drift, 'who'> {
  const left = leavesOf(before);
  const right = leavesOf(after);
  const count = { added: 0, removed: 0, changed: 0 };
  for (const [path, value] of right) {
    const known = left.get(path);
    if (known === undefined) count.added++;
    else if (known !== value) count.changed++;
  }
  for (const path of left.keys()) if (!right.has(path)) count.removed++;
  const all = new Set([...left.keys(), ...right.keys()]).size;
  const differing = count.added + count.removed + count.changed;
  return { ...count, score: all === 0 ? 0 : Math.round((differing / all) * 1000) / 1000 };
}

function leavesOf(fields: RawFields, prefix = '', leaves = new Map<string, string>()): Map<string, string> {
  for (const [name, value] of Object.entries(fields)) {
    const path = `${prefix}${JSON.stringify(name)}`;
    if ('mapValue' in value) leavesOf(value.mapValue.fields, `${path}.`, leaves);
    else leaves.set(path, textOf(value));
  }
  return leaves;
}

const textOf = (value: RawValue): string =>
  JSON.stringify(value, (_name, part: unknown) => {
    if (part instanceof Uint8Array) return Buffer.from(part).toString('base64');
    // JSON has no word for these, and -0 would look like 0.
    return typeof part === 'number' && (!Number.isFinite(part) || Object.is(part, -0)) ? `${1 / part} ${part}` : part;
  });

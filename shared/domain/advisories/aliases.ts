import { listOf, type OsvRecord } from './record.ts';

/** Records that tell of one vulnerability under several names (GHSA, CVE, PYSEC, GO, RUSTSEC, ...). */
export interface AliasGroup {
  /** Every id and alias, sorted: CVE first, then GHSA, then the rest by name. */
  readonly ids: readonly string[];
  readonly records: readonly OsvRecord[];
}

/**
 * Groups records whose ids or aliases meet, over any number of steps. `related` and `upstream` do not join: the schema
 * says that those are other vulnerabilities. Groups keep the order of their first record.
 */
export function aliasGroups(records: readonly OsvRecord[]): AliasGroup[] {
  const parents = new Map<string, string>();
  const find = (id: string): string => {
    let root = id;
    while (parents.get(root) !== root) root = parents.get(root) ?? root;
    for (let step = id; step !== root; ) {
      const next = parents.get(step) ?? root;
      parents.set(step, root);
      step = next;
    }
    return root;
  };
  const add = (id: string) => {
    if (!parents.has(id)) parents.set(id, id);
  };
  for (const record of records) {
    add(record.id);
    for (const alias of namesOf(record)) {
      add(alias);
      parents.set(find(alias), find(record.id));
    }
  }
  const groups = new Map<string, { ids: Set<string>; records: OsvRecord[] }>();
  for (const record of records) {
    const root = find(record.id);
    const group = groups.get(root) ?? { ids: new Set<string>(), records: [] };
    for (const id of namesOf(record)) group.ids.add(id);
    group.records.push(record);
    groups.set(root, group);
  }
  return [...groups.values()].map(({ ids, records: members }) => ({
    ids: [...ids].sort(compareIds),
    records: members,
  }));
}

/** Whether a waiver written for `waivedId` speaks of this group; people write CVE-2024-1 and cve-2024-1. */
export function isWaivedBy(group: AliasGroup, waivedId: string): boolean {
  const wanted = waivedId.trim().toUpperCase();
  return wanted !== '' && group.ids.some((id) => id.toUpperCase() === wanted);
}

function namesOf(record: OsvRecord): string[] {
  return [record.id, ...listOf(record.aliases).filter((alias) => typeof alias === 'string' && alias !== '')];
}

function compareIds(a: string, b: string): number {
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function rank(id: string): number {
  return id.startsWith('CVE-') ? 0 : id.startsWith('GHSA-') ? 1 : 2;
}

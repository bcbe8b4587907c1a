/** Names that lead nowhere, and names that stand twice. */

import { USUAL_ALIASES } from './evidence.ts';
import type { Path, RawMistake } from './mistake.ts';
import { type Entry, entriesOf, isMap, mapAt, type RawMap, textAt, textsAt } from './raw.ts';
import { shortList } from './schema-walk.ts';
import { nearest } from './suggest.ts';

export function referenceMistakes(tree: RawMap): RawMistake[] {
  return [...twice(tree), ...parity(tree), ...guardrailEvidence(tree), ...aliases(tree), ...documentRepositories(tree)];
}

/** Names that differ only in case would share a file on some disks and one row in a reader's eye. */
function twice(tree: RawMap): RawMistake[] {
  const lists: readonly [readonly Entry[], string][] = [
    [entriesOf(tree, 'repositories'), 'name'],
    [entriesOf(tree, 'repositories'), 'url'],
    [entriesOf(tree, 'services'), 'name'],
    [entriesOf(tree, 'protected_dns'), 'domain'],
    [entriesOf(tree, 'datasets'), 'name'],
    [entriesOf(tree, 'guardrails'), 'id'],
    [entriesOf(tree, 'memory'), 'collection'],
    [entriesOf(mapAt(tree, 'weekly'), 'backups', ['weekly']), 'name'],
  ];
  return lists.flatMap(([entries, key]) => {
    const first = new Map<string, Path>();
    return entries.flatMap(({ at, value }): RawMistake[] => {
      const name = textAt(value, key);
      if (name === undefined) return [];
      const before = first.get(name.toLowerCase());
      if (before === undefined) {
        first.set(name.toLowerCase(), at);
        return [];
      }
      const allowed = `a ${key} that is not yet that of ${before[0] === 'weekly' ? 'weekly.backups' : before[0]}[${before.at(-1)}]`;
      return [{ at: [...at, key], value: name, message: 'stands here a second time', allowed }];
    });
  });
}

function unknownName(at: Path, value: string, known: readonly string[], what: string): RawMistake {
  const meant = nearest(value, known);
  const allowed =
    known.length === 0
      ? `${what} that the configuration names; it names none`
      : `one of ${shortList(known.slice(0, 40))}`;
  return {
    at,
    value,
    message: `names no ${what}${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`,
    allowed,
  };
}

function parity(tree: RawMap): RawMistake[] {
  const datasets = entriesOf(tree, 'datasets');
  const names = datasets.flatMap(({ value }) => textAt(value, 'name') ?? []);
  return datasets.flatMap(({ at, value }): RawMistake[] => {
    const other = textAt(value.parity_with, 'dataset');
    if (other === undefined) return [];
    const place = [...at, 'parity_with', 'dataset'];
    if (other === value.name)
      return [{ at: place, value: other, message: 'is the dataset itself', allowed: 'another dataset' }];
    return names.includes(other) ? [] : [unknownName(place, other, names, 'dataset')];
  });
}

function guardrailEvidence(tree: RawMap): RawMistake[] {
  const evidence = mapAt(tree, 'evidence');
  const names = Object.keys(evidence);
  return entriesOf(tree, 'guardrails').flatMap(({ at, value }) => {
    const mistakes: RawMistake[] = [];
    for (const key of ['evidence', 'join', 'inventory']) {
      const name = textAt(value, key);
      if (name !== undefined && !Object.hasOwn(evidence, name))
        mistakes.push(unknownName([...at, key], name, names, 'evidence'));
    }
    if (textAt(value, 'join') !== undefined && value.join === value.evidence) {
      mistakes.push({
        at: [...at, 'join'],
        value: value.join,
        message: 'is the evidence itself',
        allowed: 'another evidence',
      });
    }
    return [...mistakes, ...undeclaredFields(at, value, evidence)];
  });
}

/** Evidence that declares its fields is held to them; a misspelt field would otherwise be a field that is never there. */
function undeclaredFields(at: Path, guardrail: RawMap, evidence: RawMap): RawMistake[] {
  const used: [Path, string, 'own' | 'both'][] = [];
  for (const [index, each] of textsAt(guardrail, 'fields').entries()) {
    used.push([[...at, 'fields', index], each, guardrail.check === 'join_equal' ? 'both' : 'own']);
  }
  for (const [index, each] of textsAt(guardrail, 'match').entries()) used.push([[...at, 'match', index], each, 'both']);
  const field = textAt(guardrail, 'field');
  const isSetting = guardrail.check === 'config_equals' || guardrail.check === 'config_min';
  if (field !== undefined && !isSetting) used.push([[...at, 'field'], field, 'own']);
  return used.flatMap(([place, name, where]) => {
    const sources = where === 'both' ? ['evidence', 'join'] : ['evidence'];
    return sources.flatMap((key): RawMistake[] => {
      const source = textAt(guardrail, key);
      const entry = source !== undefined && Object.hasOwn(evidence, source) ? evidence[source] : undefined;
      const fields = isMap(entry) ? entry.fields : undefined;
      if (!isMap(fields) || Object.hasOwn(fields, name)) return [];
      return [unknownName(place, name, Object.keys(fields), `field that evidence \`${source}\` declares`)];
    });
  });
}

function aliases(tree: RawMap): RawMistake[] {
  const evidence = mapAt(tree, 'evidence');
  const first = new Map<string, string>();
  return Object.keys(evidence).flatMap((name): RawMistake[] => {
    const own = textAt(evidence[name], 'alias');
    const alias = own ?? (Object.hasOwn(USUAL_ALIASES, name) ? USUAL_ALIASES[name] : undefined) ?? name;
    const before = first.get(alias);
    first.set(alias, before ?? name);
    if (before === undefined) return [];
    const at = own === undefined ? ['evidence', name] : ['evidence', name, 'alias'];
    return [
      {
        at,
        value: alias,
        message: `means evidence \`${before}\` already`,
        allowed: 'a short name of its own (`alias`)',
      },
    ];
  });
}

function documentRepositories(tree: RawMap): RawMistake[] {
  const names = entriesOf(tree, 'repositories').flatMap(({ value }) => textAt(value, 'name') ?? []);
  return entriesOf(tree, 'docs').flatMap(({ at, value }): RawMistake[] => {
    const name = textAt(value, 'repository');
    return name === undefined || names.includes(name)
      ? []
      : [unknownName([...at, 'repository'], name, names, 'repository')];
  });
}

import fc from 'fast-check';

/** JSON that somebody spoils: any shape at all. */
type Tree = unknown;
type Path = readonly (string | number)[];

const WRONG = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  '21',
  '../..',
  'javascript:alert(1)',
  'http://169.254.169.254/latest/meta-data/',
  'https://user:secret@host.example/',
  'gs://',
  'firestore:',
  'bigquery:x',
  'sample://x',
  'env:HOME',
  '2026-02-30',
  '* * * * *',
  '$(id)',
  '{{7*7}}',
  'a\u0085b',
  '\u202egnp.exe',
  'ﬀ\u200b',
  '\ud83d\udca3',
  'é'.repeat(300),
  '(a+)+$',
  'o.paid && '.repeat(40),
  '('.repeat(200),
  [],
  {},
  [[]],
  [null],
  { '': '' },
] as const;

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '<<',
  '',
  ' ',
  '\u202e',
  'name',
  'expr',
  'password',
  'a.b[0]',
  '💣',
  'x'.repeat(600),
] as const;

/** One way to spoil a tree. Sizes stay what a person could send; the largest ones have a corpus of their own. */
export type Spoil =
  | { readonly kind: 'replace'; readonly spot: number; readonly value: Tree }
  | { readonly kind: 'remove' | 'repeat' | 'wrap' | 'double-key'; readonly spot: number; readonly times: number }
  | { readonly kind: 'add'; readonly spot: number; readonly key: string; readonly value: Tree }
  | { readonly kind: 'swap'; readonly spot: number; readonly other: number }
  | { readonly kind: 'point-back'; readonly spot: number; readonly other: number }
  | { readonly kind: 'edit'; readonly spot: number; readonly put: string };

const spot = fc.nat({ max: 9999 });
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Tree>(...WRONG) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Tree> },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) as fc.Arbitrary<Tree> },
);
export const spoils: fc.Arbitrary<readonly Spoil[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('replace' as const), spot, value }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('remove', 'repeat', 'wrap', 'double-key'),
        spot,
        times: fc.integer({ min: 1, max: 40 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('add' as const),
        spot,
        key: fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 20 })),
        value,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('swap', 'point-back'), spot, other: spot }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('edit' as const),
        spot,
        put: fc.constantFrom(
          '&a ',
          '*a',
          '!!js ',
          '{',
          ']',
          '\n',
          '\t',
          ': ',
          '#',
          '"',
          "'",
          '\u0000',
          '%',
          '---\n',
          '|',
        ),
      }),
    },
  ),
  { minLength: 1, maxLength: 3 },
);

/** Every place of a tree, in order. */
function placesOf(tree: Tree, at: Path = []): Path[] {
  const below = Array.isArray(tree)
    ? tree.flatMap((item, index) => placesOf(item, [...at, index]))
    : isMap(tree)
      ? Object.keys(tree).flatMap((key) => placesOf(tree[key], [...at, key]))
      : [];
  return [at, ...below];
}

const isMap = (tree: Tree): tree is Record<string, Tree> =>
  tree !== null && typeof tree === 'object' && !Array.isArray(tree);
const valueAt = (tree: Tree, at: Path): Tree =>
  at.reduce<Tree>((found, part) => (found as Record<string | number, Tree> | undefined)?.[part], tree);

/** Marks of what JSON cannot say; the text gets them when it is written. */
const TWICE = 'highnoon-twice-';
const ANCHOR = 'highnoon-anchor';
const ALIAS = 'highnoon-alias';

function put(tree: Tree, at: Path, next: Tree): Tree {
  const [part, ...rest] = at;
  if (part === undefined) return next;
  if (Array.isArray(tree)) return tree.with(part as number, put(tree[part as number], rest, next));
  const map = tree as Record<string, Tree>;
  return Object.fromEntries(
    Object.entries(map).map(([key, item]) => [key, key === part ? put(item, rest, next) : item]),
  );
}

function spoil(tree: Tree, one: Spoil): Tree {
  const places = placesOf(tree);
  const at = places[one.spot % places.length] ?? [];
  const here = valueAt(tree, at);
  switch (one.kind) {
    case 'replace':
      return put(tree, at, one.value);
    case 'remove': {
      const parent = valueAt(tree, at.slice(0, -1));
      const last = at.at(-1);
      if (Array.isArray(parent)) return put(tree, at.slice(0, -1), parent.toSpliced(last as number, 1));
      return isMap(parent)
        ? put(tree, at.slice(0, -1), Object.fromEntries(Object.entries(parent).filter(([key]) => key !== last)))
        : undefined;
    }
    case 'repeat':
      return put(
        tree,
        at,
        Array.isArray(here)
          ? here.flatMap((item) => Array.from({ length: one.times }, () => item)).slice(0, 60)
          : typeof here === 'string'
            ? here.slice(0, 400).repeat(one.times)
            : [here, here],
      );
    case 'wrap': {
      let wrapped = here;
      for (let depth = 0; depth < one.times; depth++) wrapped = depth % 2 === 0 ? [wrapped] : { a: wrapped };
      return put(tree, at, wrapped);
    }
    case 'double-key': {
      const [first] = isMap(here) ? Object.keys(here) : [];
      return isMap(here) && first !== undefined
        ? put(tree, at, { ...here, [`${TWICE}${first}`]: here[first] })
        : put(tree, at, [here, here]);
    }
    case 'add': {
      if (!isMap(here)) return put(tree, at, [here, one.value]);
      const entries: [string, Tree][] = [...Object.entries(here), [one.key, one.value]];
      return put(tree, at, Object.fromEntries(entries));
    }
    case 'swap': {
      const other = places[one.other % places.length] ?? [];
      const isInside = other.every((part, index) => at[index] === part) || at.every((part, i) => other[i] === part);
      return isInside ? tree : put(put(tree, at, valueAt(tree, other)), other, here);
    }
    case 'point-back':
      // An anchor on a parent and an alias below it: the tree that holds itself.
      return put(tree, at, [ANCHOR, ALIAS]);
    case 'edit':
      return tree;
  }
}

/** The text of a spoilt tree; marks become what no tree can hold, edits are made last. */
export function spoiltText(tree: Tree, changes: readonly Spoil[]): string {
  const spoilt = changes.reduce(spoil, tree);
  let text = (JSON.stringify(spoilt, null, 1) ?? '')
    .replaceAll(`"${TWICE}`, '"')
    .replaceAll(`"${ANCHOR}"`, '&a [x, *a]')
    .replaceAll(`"${ALIAS}"`, '*a');
  for (const change of changes) {
    if (change.kind !== 'edit') continue;
    const at = change.spot % (text.length + 1);
    text = text.slice(0, at) + change.put + text.slice(at);
  }
  return text;
}

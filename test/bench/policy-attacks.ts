/** Expressions that mean to run for ever, fill the memory or leave the language, and how each has to end. */
export interface Attack {
  readonly name: string;
  readonly expression: string;
  readonly bindings?: Readonly<Record<string, unknown>>;
  /** The code of the PolicyError, or the value when the attack just comes to nothing. */
  readonly ends: string | { readonly value: unknown };
}

const integers = Array.from({ length: 1000 }, (_, i) => BigInt(i));
const records = Object.fromEntries(integers.map((i) => [`k${i}`, i]));
const twice = (body: string) => `l.map(i, l.map(j, ${body}))`;
const doubled = (times: number) => `[1]${'.map(x, [x, x])'.repeat(times)}`;

function cyclic(): Record<string, unknown> {
  const self: Record<string, unknown> = {};
  self.a = self;
  return self;
}

function loops(): Attack[] {
  const bodies: Readonly<Record<string, string>> = {
    'sums of integers': 'l.map(k, i + j + k)',
    'lists in lists': '[i, j, i, j, i, j]',
    'maps in lists': "{'a': i, 'b': j}",
    'joined lists': 'l + l',
    'texts of numbers': 'string(i) + string(j)',
    'formatted texts': "'%d %s %.3f'.format([i, j, 1.5])",
    'message literals': 'google.protobuf.Int64Value{value: i}',
    instants: "timestamp('2026-01-01T00:00:00Z') + duration('1h')",
    'long durations': 'duration(d)',
    'long numbers': 'double(n)',
    'local hours': "timestamp(i * 3196800 + j * 86400).getHours('America/New_York')",
    ages: "calendar_age('2000-01-01', timestamp(i * 3196800 + 1000000000), 'America/Chicago')",
    'sizes of emoji': 'e.size()',
    'searches in lists': '-1 in l',
    'equal lists': 'l == l2',
    'sizes of objects': 'm.size()',
    'compared texts': 's < s2',
    'substrings of emoji': 'e.substring(i)',
    splits: "s.split('')",
    replacements: "s.replace('a', 'bb')",
    quotes: 'strings.quote(s)',
    cases: 'q.upperAscii()',
    'last indexes': 's.lastIndexOf(p)',
    blanks: 'b.trim()',
    matches: "s.matches('^a.*b$')",
    'patterns made on the way': "''.matches(string(i) + p)",
  };
  const bindings = {
    l: integers,
    l2: [...integers],
    m: records,
    s: 'a'.repeat(100_000),
    s2: `${'a'.repeat(100_000)}b`,
    p: `${'a'.repeat(250)}b`,
    q: 'aÄ'.repeat(50_000),
    b: `${' '.repeat(100_000)}x`,
    e: '😀'.repeat(50_000),
    d: '1h1m'.repeat(31),
    n: '9'.repeat(400),
  };
  return Object.entries(bodies).map(([name, body]) => ({
    name: `a million times: ${name}`,
    expression: twice(body),
    bindings,
    ends: 'budget',
  }));
}

const comprehensions: readonly Attack[] = [
  {
    name: 'an error in every round, absorbed at the end',
    expression: 'l.exists(a, l.exists(b, 1 / 0 > 0)) || true',
    bindings: { l: integers },
    ends: 'budget',
  },
  {
    name: 'sixty nested quantifiers',
    expression: `${'l.all(x, '.repeat(60)}true${')'.repeat(60)}`,
    bindings: { l: integers },
    ends: 'budget',
  },
  { name: 'a value of 2^60 parts, compared', expression: `${doubled(60)} == [1]`, ends: { value: false } },
  { name: 'two values of 2^30 parts, compared', expression: `${doubled(30)} == ${doubled(30)}`, ends: 'budget' },
  { name: 'a value of 2^50 parts as result', expression: doubled(50), ends: 'budget' },
  { name: 'a value of 2^50 parts, formatted', expression: `'%s'.format([${doubled(50)}])`, ends: 'budget' },
  {
    name: 'a text doubled forty times',
    expression: `['${'a'.repeat(1000)}']${'.map(x, x + x)'.repeat(40)}[0].size() > 0`,
    ends: 'too-large',
  },
  {
    name: 'a document that contains itself',
    expression: 'x == y',
    bindings: { x: cyclic(), y: cyclic() },
    ends: 'too-deep',
  },
];

const patterns: readonly Attack[] = [
  {
    name: 'the pattern that stops backtracking engines',
    expression: "s.matches('(x+x+)+y')",
    bindings: { s: 'x'.repeat(100_000) },
    ends: { value: false },
  },
  {
    name: 'a pattern with a state for every suffix, over a long text',
    expression: "s.matches('[ab]*a[ab]{400}[xy]')",
    bindings: { s: 'abba'.repeat(25_000) },
    ends: 'budget',
  },
  {
    name: 'a pattern that expands a million times',
    expression: "s.matches('(?:a{1000}){1000}')",
    bindings: { s: 'a' },
    ends: 'bad-regex',
  },
  {
    name: 'a pattern of twenty thousand instructions',
    expression: `s.matches('${'(?:a{1000})'.repeat(20)}')`,
    bindings: { s: 'a' },
    ends: 'bad-regex',
  },
  {
    name: 'a pattern of five thousand characters',
    expression: 's.matches(s)',
    bindings: { s: 'a'.repeat(5000) },
    ends: 'bad-regex',
  },
  { name: 'a pattern of open groups', expression: 's.matches(s)', bindings: { s: '('.repeat(512) }, ends: 'bad-regex' },
];

const names: readonly Attack[] = [
  { name: '__proto__ of a record', expression: 'x.__proto__ == 1', bindings: { x: {} }, ends: 'no-such-field' },
  { name: 'constructor of a record', expression: 'x.constructor == 1', bindings: { x: {} }, ends: 'no-such-field' },
  {
    name: "a record indexed by '__proto__'",
    expression: "x['__proto__']['polluted'] == 1",
    bindings: { x: {} },
    ends: 'no-such-field',
  },
  {
    name: 'has() of an inherited name',
    expression: 'has(x.hasOwnProperty) || has(x.__proto__)',
    bindings: { x: {} },
    ends: { value: false },
  },
  { name: 'a variable named __proto__', expression: '__proto__ == 1', ends: 'unknown-variable' },
  { name: 'a call through constructor', expression: "constructor.constructor('return 1')() == 1", ends: 'parse' },
  {
    name: 'a method of constructor',
    expression: "x.constructor('return 1') == 1",
    bindings: { x: {} },
    ends: 'unknown-function',
  },
  { name: 'length of a list', expression: 'x.length == 1', bindings: { x: [1] }, ends: 'no-such-overload' },
  { name: 'length of a text', expression: "''.length == 0", ends: 'no-such-overload' },
  {
    name: 'a key in a record that only its prototype has',
    expression: "'toString' in x",
    bindings: { x: {} },
    ends: { value: false },
  },
];

const sources: readonly Attack[] = [
  { name: 'five thousand characters', expression: `'${'a'.repeat(5000)}'`, ends: 'too-large' },
  { name: 'a million brackets', expression: '('.repeat(1_000_000), ends: 'too-large' },
  { name: 'four thousand brackets', expression: '('.repeat(4096), ends: 'too-deep' },
  { name: '65 levels of brackets', expression: `${'('.repeat(65)}1${')'.repeat(65)}`, ends: 'too-deep' },
  { name: 'three thousand negations', expression: `${'-'.repeat(3000)}1`, ends: 'too-deep' },
  { name: 'a sum of a thousand terms', expression: Array(1000).fill('1').join('+'), ends: 'too-deep' },
  { name: 'eight hundred conditions in a chain', expression: `${'a?1:'.repeat(800)}1`, ends: 'too-deep' },
  { name: 'conditions in a chain, with && between', expression: `${'true&&a?1:'.repeat(380)}1`, ends: 'too-deep' },
  { name: 'two thousand selections', expression: `a${'.b'.repeat(2000)}`, ends: 'too-deep' },
  { name: 'a chain of `in`', expression: `${'1 in '.repeat(800)}[1]`, ends: 'too-deep' },
  { name: 'sixty-four brackets that never close', expression: '{1:'.repeat(64), ends: 'parse' },
  { name: 'two thousand elements, then a mistake', expression: `[${'a,'.repeat(2040)} x x]`, ends: 'parse' },
];

export const ATTACKS: readonly Attack[] = [...loops(), ...comprehensions, ...patterns, ...names, ...sources];

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MOST_MISTAKES, parseConfiguration } from '../../../shared/domain/configuration/index.ts';
import { exampleBytes, mistakesOf, parse, small } from './support.ts';

const head = (extra: string) => `${extra}\n${JSON.stringify(small()).slice(1, -1).replace(/^/, '{')}}`;
const messages = (source: string | Uint8Array) =>
  mistakesOf(source)
    .map(({ message }) => message)
    .join('\n');

describe('hostile text', () => {
  const cases: [string, string | Uint8Array, RegExp][] = [
    ['an empty file', '', /is (?:not a map|empty)/],
    ['a lone scalar', '42', /is not a map/],
    ['a list', '- 1', /is not a map/],
    [
      'an alias bomb',
      `a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [${'*c,'.repeat(99)}*c]`,
      /anchors and aliases are refused/,
    ],
    ['an anchor that holds itself', 'a: &a [*a]', /anchors and aliases are refused/],
    ['a merge key', 'schema_version: "1"\n<<: {a: 1}', /merge keys are refused/],
    ['a merge key with an alias', 'a: &a {b: 1}\nc: {<<: *a}', /anchors and aliases are refused/],
    ['a key that stands twice', 'schema_version: "1"\nschema_version: "1"', /stands here a second time/],
    ['a key that stands twice inside brackets', 'deployment: {region: a, "region": b}', /stands here a second time/],
    ['__proto__', '{"__proto__": {"isAdmin": true}, "schema_version": "1"}', /is a name that every object has/],
    ['constructor.prototype', 'evidence: {constructor: {prototype: {x: 1}}}', /is a name that every object has/],
    ['a function tag', 'a: !!js/function "function () { return 1 }"', /tags are refused/],
    ['a binary tag', 'a: !!binary aGVsbG8=', /tags are refused/],
    ['a tag of its own on a map', 'a: !x {b: 1}', /tags are refused/],
    ['an alias as a key', '*a : 1', /anchors and aliases are refused/],
    ['a tag in a list', 'a:\n  - !x b', /tags are refused/],
    ['a tag in brackets', 'a: [!x b]', /tags are refused/],
    ['an anchor before a key', '? &k a\n: 1', /anchors and aliases are refused/],
    ['an anchor on a key in brackets', '{&k a: 1}', /anchors and aliases are refused/],
    ['a tag on a block of text', 'a: !x |\n  b', /tags are refused/],
    ['a directive', '%YAML 1.1\n---\na: yes', /directives are refused/],
    ['a tag directive', '%TAG ! tag:x.example,2026:\n---\na: 1', /directives are refused/],
    ['two documents', 'a: 1\n---\nb: 2', /begins a second document/],
    ['a document after the end of another', 'a: 1\n...\nb: 2', /begins a second document/],
    ['a NUL', 'a: "x\u0000y"', /control character U\+0000/],
    ['an escaped NUL', 'schema_version: "1\\0"', /control or invisible characters/],
    ['an escape sequence of a terminal', 'schema_version: "\\e[2J"', /control or invisible characters/],
    ['an override of direction', 'schema_version: "\u202e1"', /control or invisible characters/],
    ['half of a surrogate pair', 'schema_version: "\\ud800"', /control or invisible characters|is not YAML/],
    ['bytes that are not UTF-8', Uint8Array.of(0x61, 0x3a, 0x20, 0xff, 0xfe), /is not UTF-8/],
    ['UTF-16', Buffer.from('\ufeffa: 1', 'utf16le'), /is not UTF-8/],
    ['more than a mebibyte', `a: ${'x'.repeat(1_048_576)}`, /has 1048579 bytes/],
    ['infinity', 'deployment: {clock_skew_s: .inf}', /is not a number that can be held exactly/],
    ['a number that is none', 'deployment: {clock_skew_s: .nan}', /is not a number that can be held exactly/],
    ['a number beyond all', 'deployment: {clock_skew_s: 1e999}', /is not a number that can be held exactly/],
    ['an integer that rounds', 'datasets: [{min_rows: 9007199254740993}]', /is not a number that can be held exactly/],
    ['a date', 'schema_version: 2026-11-23', /is not one of the allowed values/],
    ['a number as a key', '1: a', /has a key that is not a word/],
    ['a list as a key', '? [a, b]\n: c', /has a key that is not a word/],
    ['an empty key', '"": a', /has a key that is not a word/],
    ['a tab as indentation', 'a:\n\tb: 1', /is not YAML: /],
    ['a bracket that does not close', 'a: [1, 2', /is not YAML: .*bracket/],
    ['a quote that does not close', 'a: "x', /is not YAML: a closing/],
    ['brackets a mebibyte deep', '['.repeat(1_000_000), /nested too deeply/],
    ['maps in brackets, deep', '{a: '.repeat(200_000), /nested too deeply/],
    ['list marks on one line, deep', '- '.repeat(500_000), /nested too deeply/],
    ['question marks, deep', '? '.repeat(500_000), /nested too deeply/],
    [
      'indentation, deep',
      Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      /nested too deeply/,
    ],
    [
      'a map 40 levels deep where any value may stand',
      head(`# x`).replace('"gate"', `"gate","expect":{"json":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`),
      /nested too deeply/,
    ],
  ];
  for (const [what, source, expected] of cases) {
    it(`is answered with a mistake: ${what}`, () => assert.match(messages(source), expected));
  }

  it('does not reach any prototype', () => {
    parse(
      '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "evidence": {"__proto__": {"polluted": 1}}}',
    );
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it('lists at most 200 mistakes and counts the rest', () => {
    const source = small();
    for (let index = 0; index < 10_000; index += 1) source[`unknown_${index}`] = index;
    const result = parse(source);
    assert.ok(!result.ok);
    assert.deepEqual([result.mistakes.length, result.omitted], [MOST_MISTAKES, 10_000 - MOST_MISTAKES]);
  });

  it('that is too deep is told where it becomes so', () => {
    const [mistake] = mistakesOf(`a: "one"\nb: two\nc: ${'['.repeat(100)}`);
    assert.deepEqual([mistake?.line, mistake?.column], [3, 4 + 32]);
  });

  it('has no more parts than a person could have meant', () => {
    for (const part of ['\n', '1,', '"",'])
      assert.match(messages(`[${part.repeat(Math.floor(1_000_000 / part.length))}`), /has too many parts/);
  });

  it('may consist of nothing but errors', () => {
    const result = parse(`a: [${'""'.repeat(200_000)}`);
    assert.ok(!result.ok && result.mistakes.length === MOST_MISTAKES && result.omitted > 100_000);
  });

  it('cannot put control characters or directions into what a person reads', () => {
    const source = small();
    source.deployment.region = 'a\u0085b';
    source['\u202ekey'] = 1;
    source['a.b[0]'] = 1;
    const shown = JSON.stringify(mistakesOf(JSON.stringify(source).replaceAll('\u0085', '\\u0085')));
    assert.doesNotMatch(shown, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('cannot begin a line of its own in what a person reads, by a name that a sentence repeats', () => {
    const source = small();
    source.evidence = { 'orders\nany:1:1\tall is well': source.evidence.orders, checks: source.evidence.checks };
    source.guardrails[0].evidence = 'orders any:1:1 all is well';
    const sentences = mistakesOf(source).flatMap(({ message, allowed }) => [message, allowed]);
    assert.ok(
      sentences.some((sentence) => sentence.includes('orders\\nany:1:1\\tall is well')),
      sentences.join(),
    );
    for (const sentence of sentences) assert.doesNotMatch(sentence, /[\n\t]/);
  });
});

describe('any text', () => {
  const words = [
    '[',
    ']',
    '{',
    '}',
    ':',
    '-',
    '?',
    '&a',
    '*a',
    '!t',
    '|',
    '>',
    '"',
    "'",
    '#',
    '%',
    '\n',
    ' ',
    '  ',
    '\t',
    ',',
    '---',
    '...',
    '<<',
    'repositories',
    'guardrails',
    'name',
    '1',
    'null',
    '\u0000',
    '\ud800',
    '~',
    '.inf',
  ];

  it('of YAML marks is answered without an exception, every mistake complete', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), (parts) => wellTold(parts.join(''))),
      { numRuns: 2000 },
    );
  });

  it('and any bytes are answered without an exception', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), wellTold), { numRuns: 1000 });
  });

  it('that is the worked example with something cut, doubled or put in is answered without an exception', () => {
    const text = exampleBytes.toString('utf8');
    const spot = fc.nat({ max: text.length });
    fc.assert(
      fc.property(spot, fc.nat({ max: 40 }), fc.constantFrom(...words), (at, cut, put) =>
        wellTold(text.slice(0, at) + put + text.slice(at + cut)),
      ),
      { numRuns: 100 },
    );
  });

  it('of any JSON in any section is answered without an exception', () => {
    const sections = Object.keys(small());
    fc.assert(
      fc.property(
        fc.constantFrom(...sections, 'weekly', 'alerts', 'people', 'snapshots', 'docs', 'network'),
        fc.jsonValue(),
        (section, value) => wellTold(JSON.stringify({ ...small(), [section]: value })),
      ),
      { numRuns: 1000 },
    );
  });
});

function wellTold(source: string | Uint8Array): void {
  const result = parseConfiguration(source, { fileName: 'any' });
  if (result.ok) return;
  assert.ok(result.mistakes.length > 0 && result.mistakes.length <= MOST_MISTAKES);
  for (const { message, allowed } of result.mistakes) assert.ok(message !== '' && allowed !== '');
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide, rule } from './support.ts';

/** The rule of the example, GR-19. */
const claims = rule('content_deny', {
  deny: ['\\bcures?\\b', '\\btreats?\\b', '\\bheals?\\b', 'pain relief', 'anxiety'],
  allow: [
    'not intended to diagnose, treat, cure,? or prevent any disease',
    '\\bcure\\b\\W{0,4}(time|\\d)',
    '\\d+[- ]day cure',
  ],
});
const page = (body: string) => ({ status: 200, body: `<html><body>${body}</body></html>` });

const CLAIMS = [
  'Our tincture treats anxiety.',
  'It HEALS what ails you',
  'Cures insomnia',
  'for pain relief',
  'pain <b>relief</b>',
  'pain&nbsp;relief',
  'p&#97;in\n   relief',
  'an<wbr>xiety',
  'anxi&shy;ety',
  'tr<span>eats</span> everything',
  '<img alt="treats headaches" src="x">',
  '<meta name="description" content="CBD heals">',
  "<a title='cures colds'>more</a>",
  '<script type="application/ld+json">{"description":"treats anxiety"}</script>',
  '<noscript>cures all</noscript>',
  'These products are not intended to diagnose, treat, cure, or prevent any disease. They treat anxiety.',
  'A 60-day cure that cures colds',
  'ａｎｘｉｅｔｙ',
];
const NO_CLAIMS = [
  'These products are not intended to diagnose, treat, cure, or prevent any disease.',
  'NOT INTENDED TO DIAGNOSE, TREAT, CURE OR PREVENT ANY DISEASE',
  'Not intended to <em>diagnose</em>, treat,\n cure, or prevent any disease',
  '60-day cure, slow dried',
  'a 14 day cure in glass',
  'cure time: 60 days',
  'Cure: 21 days',
  'Secure checkout, treatment of orders, healthy soil',
  '<!-- treats anxiety: never write this -->',
  '<!-- <p> treats anxiety -->',
  '<style>.cure { color: red }</style>',
  '<script>const cures = 1;</script>',
  '<div class="cure heals"></div>',
];

describe('medical claims', () => {
  for (const text of CLAIMS) it(`are found in: ${text}`, () => assert.equal(decide(claims, page(text)), 'fails'));
  for (const text of NO_CLAIMS)
    it(`are not found in: ${text}`, () => assert.equal(decide(claims, page(text)), 'holds'));
});

describe('denied and allowed passages', () => {
  const ruled = (deny: string[], allow: string[], text: string) =>
    decide(rule('content_deny', { deny, ...(allow.length === 0 ? {} : { allow }) }), { text });

  it('mask what is allowed by where it stands in the whole text, overlaps included', () => {
    assert.equal(ruled(['bb'], ['abb', 'bbc'], 'abbc'), 'holds');
    assert.equal(ruled(['bb'], ['ab'], 'abb bb'), 'fails');
  });

  it('make no new phrase of what stands on both sides of an allowed passage', () => {
    assert.equal(ruled(['pain\\s*relief'], ['of great'], 'pain of great relief'), 'holds');
  });

  it('hold alternatives of an expression together', () => {
    assert.equal(ruled(['one|two'], [], 'TWO'), 'fails');
    assert.equal(ruled(['one|two'], [], 'three'), 'holds');
  });

  it('are looked for in everything that a record says, keys and nested values included', () => {
    const mail = rule('content_deny', { deny: ['[\\w.]+@[\\w.]+'] });
    assert.equal(decide(mail, { metric: 'x', labels: { to: ['a@b.example'] } }), 'fails');
    assert.equal(decide(mail, { metric: 'x', labels: { 'a@b.example': 1 } }), 'fails');
    assert.equal(decide(mail, { metric: 'x', labels: { to: 'nobody' } }), 'holds');
  });

  it('end on hostile text, whatever the expression', () => {
    assert.equal(ruled(['(a+)+$', '(a|aa)+b'], ['(a*)*c'], `${'a'.repeat(50_000)}!`), 'holds');
  });
});

describe('a hostile page', () => {
  it('is read in time that grows with its length alone', () => {
    const size = 300_000;
    const pieces = [
      '<a ',
      '<a b="',
      '<!--',
      '<script type="application/ld+json">',
      '<noscript>',
      ' content="',
      '< ',
      '&#',
      '<a =',
      "<a x='",
    ];
    for (const piece of pieces) {
      const body = piece.repeat(size / piece.length);
      assert.ok(['holds', 'fails'].includes(String(decide(claims, { status: 200, body }))), piece);
    }
  });
});

describe('required text', () => {
  const footer = rule('content_require', { text: '21+ • No medical claims' });

  it('may be broken over lines, marked up and written with entities', () => {
    assert.equal(decide(footer, page('<p>21+ &bull;\n  No <b>medical</b> claims</p>')), 'holds');
    assert.equal(decide(footer, page('<p>21+&nbsp;&#8226; No medical claims</p>')), 'holds');
  });

  it('counts only where a visitor can read it', () => {
    assert.equal(decide(footer, page('<!-- 21+ • No medical claims -->')), 'fails');
    assert.equal(decide(footer, page('<script>"21+ • No medical claims"</script>')), 'fails');
    assert.equal(decide(footer, page('21+ • no medical claims')), 'fails');
  });
});

describe('texts of a page', () => {
  const gate = rule('http_body_any', { any: ['data-age-gate="active"', '<AgeGatePortal'] });

  it('are looked for in the page as it was sent, and not in comments', () => {
    assert.equal(decide(gate, page('<div data-age-gate="active">')), 'holds');
    assert.equal(decide(gate, page('<AgeGatePortal/>')), 'holds');
    assert.equal(decide(gate, page('<!-- <AgeGatePortal/> -->')), 'fails');
    assert.equal(decide(gate, page('<!-- <AgeGatePortal/>')), 'fails');
  });

  it('say nothing when the page was not served', () => {
    assert.equal(decide(gate, { status: 302, body: '' }), 'a page answered with the status 302');
  });
});

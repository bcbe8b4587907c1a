import { htmlParts } from './html-parts.ts';

/** What a reader of a page sees, and what a search engine or a screen reader is told: claims are made in both. */

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  bull: '•',
  middot: '·',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  rsquo: '’',
  lsquo: '‘',
  ldquo: '“',
  rdquo: '”',
  reg: '®',
  trade: '™',
  copy: '©',
  shy: '',
  zwj: '',
  zwnj: '',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
};

/** Elements inside a word or a sentence: taking them away must not part what they mark. */
const INLINE =
  /^(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|tt|u|var|wbr)$/i;

/** Attributes that are read to somebody: by search engines, screen readers, on hovering. */
const TOLD: ReadonlySet<string> = new Set([
  'content',
  'alt',
  'title',
  'aria-label',
  'aria-description',
  'placeholder',
  'value',
]);

export interface PageText {
  /** What a visitor reads, white space run together, characters in one form. */
  readonly visible: string;
  /** Descriptions, labels and structured data, which are read without being seen. */
  readonly told: string;
}

export function pageText(html: string): PageText {
  const visible: string[] = [];
  const told: string[] = [];
  for (const part of htmlParts(html)) {
    if (part.kind === 'text') visible.push(part.text);
    else if (part.kind === 'raw') told.push(rawText(part.name, part.type, part.text));
    else {
      if (!INLINE.test(part.name.replace('/', ''))) visible.push(' ');
      for (const { name, value } of part.attributes) if (TOLD.has(name)) told.push(value);
    }
  }
  return { visible: tidy(decode(visible.join(''))), told: tidy(decode(told.join('\n'))) };
}

/** Structured data makes claims to search engines; a page without scripts shows what `noscript` holds. */
function rawText(name: string, type: string, text: string): string {
  if (name === 'script') return type === 'application/ld+json' ? text : '';
  if (name !== 'noscript') return '';
  const texts: string[] = [];
  // One level: an element without scripts holds none of its kind, so that no page can make this call itself without end.
  for (const part of htmlParts(text)) {
    if (part.kind === 'text') texts.push(part.text);
    if (part.kind === 'tag')
      texts.push(...part.attributes.flatMap((each) => (TOLD.has(each.name) ? [each.value] : [])));
  }
  return texts.join(' ');
}

/** The page as it was sent, without what stands in comments: nobody sees it. */
export function withoutComments(html: string): string {
  let result = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<!--', at);
    if (open < 0) return result + html.slice(at);
    result += html.slice(at, open);
    const close = html.indexOf('-->', open + 4);
    if (close < 0) return result;
    at = close + 3;
  }
  return result;
}

/** Text as it is compared: one form for each character, nothing invisible, single blanks. */
export function tidy(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));?/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return Object.hasOwn(NAMED, name) ? (NAMED[name] ?? whole) : whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

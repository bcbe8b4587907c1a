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

/** Without what stands in comments: nobody sees it, so it is neither a claim nor a footer. */
export const withoutComments = (html: string): string => html.replace(/<!--[\s\S]*?(?:-->|$)/g, '');

/** The visible text, white space run together, characters in one form. */
export function visibleText(html: string): string {
  const bare = withoutComments(html).replace(/<(script|style|template|noscript)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ' ');
  return tidy(
    decode(bare.replace(/<\/?([A-Za-z][A-Za-z0-9-]*)[^>]*>/g, (_tag, name) => (INLINE.test(name) ? '' : ' '))),
  );
}

/** Descriptions, labels and structured data, which are read without being seen. */
export function hiddenTexts(html: string): string {
  const bare = withoutComments(html);
  const texts: string[] = [];
  for (const [, , double, single] of bare.matchAll(
    /\s(content|alt|title|aria-label|placeholder|value|data-description)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi,
  )) {
    texts.push(double ?? single ?? '');
  }
  for (const [, data = ''] of bare.matchAll(/<script\b[^>]*application\/ld\+json[^>]*>([\s\S]*?)<\/script/gi)) {
    texts.push(data);
  }
  const titles = /<noscript\b[^>]*>([\s\S]*?)<\/noscript/gi;
  for (const [, shown = ''] of bare.matchAll(titles)) texts.push(shown.replace(/<[^>]*>/g, ' '));
  return tidy(decode(texts.join('\n')));
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

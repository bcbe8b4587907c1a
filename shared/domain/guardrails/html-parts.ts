/**
 * The parts of a page, in one pass from its beginning to its end: a page comes from outside, and expressions over all
 * of it would take time with the square of its length when somebody wants them to.
 */
export type HtmlPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tag'; readonly name: string; readonly attributes: readonly HtmlAttribute[] }
  /** What stands inside an element whose content is no text of the page. */
  | { readonly kind: 'raw'; readonly name: string; readonly type: string; readonly text: string };

export interface HtmlAttribute {
  readonly name: string;
  readonly value: string;
}

const RAW_ENDS: Readonly<Record<string, RegExp>> = {
  script: /<\/script/gi,
  style: /<\/style/gi,
  template: /<\/template/gi,
  noscript: /<\/noscript/gi,
};

export function* htmlParts(html: string): Iterable<HtmlPart> {
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    if (open > at) yield { kind: 'text', text: html.slice(at, open) };
    if (html.startsWith('<!--', open)) {
      at = after(html, '-->', open + 4);
      continue;
    }
    if (!/[A-Za-z/!?]/.test(html[open + 1] ?? '')) {
      yield { kind: 'text', text: '<' };
      at = open + 1;
      continue;
    }
    const tag = readTag(html, open + 1);
    yield { kind: 'tag', name: tag.name, attributes: tag.attributes };
    at = tag.end;
    const ends = Object.hasOwn(RAW_ENDS, tag.name) ? RAW_ENDS[tag.name] : undefined;
    if (ends === undefined) continue;
    ends.lastIndex = at;
    const end = ends.exec(html)?.index ?? html.length;
    const type = tag.attributes.find(({ name }) => name === 'type')?.value ?? '';
    yield { kind: 'raw', name: tag.name, type: type.toLowerCase(), text: html.slice(at, end) };
    at = end;
  }
  if (at < html.length) yield { kind: 'text', text: html.slice(at) };
}

function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found < 0 ? html.length : found + mark.length;
}

const NAME = /[^\s/>=]*/y;
const BLANK = /[\s/]*/y;
const BARE_VALUE = /[^\s>]*/y;

/** From behind the `<` to behind the `>`, or to the end of a page that breaks off. A closing tag has its `/` in its name. */
function readTag(html: string, from: number): { name: string; attributes: HtmlAttribute[]; end: number } {
  const slash = html[from] === '/' ? 1 : 0;
  const bare = take(NAME, html, from + slash);
  const attributes: HtmlAttribute[] = [];
  let at = from + slash + bare.length;
  while (at < html.length) {
    at += take(BLANK, html, at).length;
    if (html[at] === '>') return { name: nameOf(slash, bare), attributes, end: at + 1 };
    const name = take(NAME, html, at);
    at += name.length;
    const equals = /\s*=\s*/y;
    const sign = take(equals, html, at);
    at += sign.length;
    if (sign === '') {
      if (name === '') at += 1;
      continue;
    }
    const quote = html[at];
    const isQuoted = quote === '"' || quote === "'";
    const end = isQuoted ? after(html, quote, at + 1) : at + take(BARE_VALUE, html, at).length;
    const value = isQuoted ? html.slice(at + 1, Math.max(at + 1, end - 1)) : html.slice(at, end);
    attributes.push({ name: name.toLowerCase(), value });
    at = end;
  }
  return { name: nameOf(slash, bare), attributes, end: html.length };
}

const nameOf = (slash: number, bare: string): string => (slash === 1 ? '/' : '') + bare.toLowerCase();

function take(pattern: RegExp, html: string, from: number): string {
  pattern.lastIndex = from;
  return pattern.exec(html)?.[0] ?? '';
}

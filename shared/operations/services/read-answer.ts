import type { HttpResponse } from '../../ports/http.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A health answer, read once. `json` is undefined when the body is not a JSON object. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: Fields | undefined;
}

export function readAnswer({ status, headers, body }: HttpResponse): Answer {
  const text = Buffer.from(body).toString('utf8');
  return { status, headers, text, json: objectIn(text) };
}

function objectIn(text: string): Fields | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The value at a path of field names joined by dots; a field whose own name has the dots goes first. */
export function valueAt(fields: Fields, path: string): unknown {
  if (Object.hasOwn(fields, path)) return fields[path];
  let value: unknown = fields;
  for (const name of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** Health tells of parts of parts; deeper than this it is data. */
const DEEPEST = 4;

/** Every field of an answer with its path, as far down as health is told. */
function* fieldsOf(
  fields: Fields,
  path = '',
  depth = 1,
): Generator<readonly [path: string, name: string, value: unknown]> {
  for (const [name, value] of Object.entries(fields)) {
    const at = path === '' ? name : `${path}.${name}`;
    yield [at, name, value];
    if (isObject(value) && depth < DEEPEST) yield* fieldsOf(value, at, depth + 1);
  }
}

const isMockWord = (value: unknown): boolean =>
  typeof value === 'string' && /^(?:mock|mocked|mock-mode)$/i.test(value.trim());

/** Where an answer says that it is made of mock data; undefined when it does not. */
export function mockMark({ headers, json, text }: Answer): string | undefined {
  if (isMockWord(headers['x-mode']) || /^(?:true|1)$/i.test(headers['x-mock'] ?? '')) return 'a header';
  if (json === undefined)
    return /\bmock[ _-]mode\b|\bmode["']?\s*[:=]\s*["']?mock\b/i.test(text) ? 'the text' : undefined;
  for (const [path, name, value] of fieldsOf(json)) {
    if (/mode$/i.test(name) && isMockWord(value)) return `\`${path}\``;
    if (/^(?:is_?)?mock(?:_?mode)?$/i.test(name) && (value === true || value === 'true')) return `\`${path}\``;
  }
  return undefined;
}

/** Where an answer says that there is nothing to sell; undefined when it does not. */
export function emptyInventory({ json }: Answer): string | undefined {
  for (const [path, name, value] of json === undefined ? [] : fieldsOf(json)) {
    if (/^(?:inventory|catalog|products)$/i.test(name) && isEmpty(value)) return `\`${path}\``;
    if (/^(?:inventory|catalog|product)_?(?:count|size|items)$/i.test(name) && isEmpty(value)) return `\`${path}\``;
  }
  return undefined;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

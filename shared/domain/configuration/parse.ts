/** From the bytes of a file to a configuration, or to every mistake in it at once. */
import { createHash } from 'node:crypto';
import { addressMistakes } from './address-rules.ts';
import { contradictions } from './contradictions.ts';
import { type Configuration, derive, type Evidence } from './derive.ts';
import { readDocument, type SourceDocument } from './document.ts';
import { issueMistakes } from './issues.ts';
import { type Mistake, pathText, type RawMistake, tell } from './mistake.ts';
import { isMap, type RawMap } from './raw.ts';
import { referenceMistakes } from './reference-rules.ts';
import { explainRefusedKey } from './refused-keys.ts';
import { configurationSchema } from './schema.ts';
import { secretMistakes } from './secret-rules.ts';

/** A file with more mistakes than this is another file; the rest is counted. */
export const MOST_MISTAKES = 200;

/** What a condition may name, for whoever checks its types. */
export interface ExpressionContext {
  readonly guardrail: string;
  readonly check: 'records_all' | 'records_none';
  /** The evidence that is judged, and the one it is joined with; each called by its alias. */
  readonly records: readonly { readonly name: string; readonly alias: string; readonly fields: Evidence['fields'] }[];
  readonly storeTimezone: string;
}

export interface ParseOptions {
  /** Only for messages. */
  readonly fileName: string;
  /** The local runtime: `http://` to loopback and `env:NAME` references are allowed. */
  readonly allowLoopbackHttp?: boolean;
  /** The sample world: `sample://NAME` and `env:NAME` references are allowed. */
  readonly allowSample?: boolean;
  /** Says what is wrong with a condition, a sentence each; called only when everything else is right. */
  readonly checkExpression?: (expression: string, context: ExpressionContext) => readonly string[];
}

export type ParseResult =
  | { readonly ok: true; readonly configuration: Configuration; readonly sha256: string }
  | { readonly ok: false; readonly fileName: string; readonly mistakes: readonly Mistake[]; readonly omitted: number };

/** Reads YAML text (or the bytes of a file). Never throws for anything that stands in it. `sha256` is of the exact bytes, in hex. */
export function parseConfiguration(source: string | Uint8Array, options: ParseOptions): ParseResult {
  const document = readDocument(source);
  const { mistakes, configuration } = judge(document, options);
  if (configuration === undefined) {
    const told = present(document, mistakes);
    return {
      ok: false,
      fileName: options.fileName,
      mistakes: told.slice(0, MOST_MISTAKES),
      omitted: Math.max(0, told.length - MOST_MISTAKES),
    };
  }
  return { ok: true, configuration, sha256: createHash('sha256').update(source).digest('hex') };
}

function judge(
  document: SourceDocument,
  options: ParseOptions,
): { mistakes: RawMistake[]; configuration?: Configuration } {
  const mistakes = [...document.mistakes];
  const local = options.allowLoopbackHttp === true || options.allowSample === true;
  if (!isMap(document.tree)) {
    if (mistakes.length === 0)
      mistakes.push({
        at: [],
        value: document.tree,
        message: 'is not a map',
        allowed: 'a configuration: a map of sections',
      });
    // A file that cannot be read may still carry a secret to whoever sees it next.
    return { mistakes: [...mistakes, ...secretMistakes(undefined, document.text, local)] };
  }
  mistakes.push(...secretMistakes(document.tree, document.text, local));
  const parsed = configurationSchema.safeParse(document.tree);
  if (!parsed.success)
    mistakes.push(
      ...issueMistakes(parsed.error.issues, {
        tree: document.tree,
        root: configurationSchema,
        explainKey: explainRefusedKey,
      }),
    );
  mistakes.push(...acrossSections(document.tree, options));
  if (!parsed.success || mistakes.length > 0) return { mistakes };
  const configuration = derive(parsed.data);
  const expressions = expressionMistakes(configuration, options);
  return expressions.length > 0 ? { mistakes: expressions } : { mistakes, configuration };
}

function acrossSections(tree: RawMap, options: ParseOptions): RawMistake[] {
  const rules = { allowLoopbackHttp: options.allowLoopbackHttp === true, allowSample: options.allowSample === true };
  return [...referenceMistakes(tree), ...contradictions(tree), ...addressMistakes(tree, rules)];
}

function expressionMistakes(configuration: Configuration, { checkExpression }: ParseOptions): RawMistake[] {
  if (checkExpression === undefined) return [];
  const record = (name: string) => ({
    name,
    alias: configuration.evidence[name]?.alias ?? name,
    fields: configuration.evidence[name]?.fields,
  });
  return configuration.guardrails.flatMap((guardrail, index) => {
    if ((guardrail.check !== 'records_all' && guardrail.check !== 'records_none') || guardrail.expr === undefined)
      return [];
    const records = [record(guardrail.evidence), ...(guardrail.join === undefined ? [] : [record(guardrail.join)])];
    const context = {
      guardrail: guardrail.id,
      check: guardrail.check,
      records,
      storeTimezone: configuration.deployment.store_timezone,
    };
    return checkExpression(guardrail.expr, context).map(
      (message): RawMistake => ({
        at: ['guardrails', index, 'expr'],
        value: guardrail.expr,
        message,
        allowed: 'a condition that type-checks over the fields of its evidence',
      }),
    );
  });
}

/** Places, cleans and orders; one place told wrong as a whole is not told wrong again by the schema. */
function present(document: SourceDocument, mistakes: readonly RawMistake[]): Mistake[] {
  const lines = lineStarts(document.text);
  const seen = new Set<string>();
  const documentPlaces = new Set(document.mistakes.filter(({ at }) => at.length > 0).map(({ at }) => pathText(at)));
  const placed: { mistake: Mistake; offset: number }[] = [];
  const known = new Set(document.mistakes);
  for (const raw of mistakes) {
    const path = pathText(raw.at);
    const id = `${path}\n${raw.message}\n${raw.offset ?? ''}`;
    if (seen.has(id) || (documentPlaces.has(path) && !known.has(raw))) continue;
    seen.add(id);
    // Finding a place costs a walk; what will not be listed needs none.
    const offset = placed.length < 2 * MOST_MISTAKES ? placeOf(document, raw) : undefined;
    placed.push({
      offset: offset ?? Number.MAX_SAFE_INTEGER,
      mistake: { ...tell(raw), ...(offset === undefined ? {} : lineAndColumn(lines, offset)) },
    });
  }
  return placed.sort((left, right) => left.offset - right.offset).map(({ mistake }) => mistake);
}

function placeOf(document: SourceDocument, raw: RawMistake): number | undefined {
  if (raw.offset !== undefined) return raw.offset;
  return document.offsetOf(raw.at, raw.value === undefined || raw.isAboutKey === true ? 'key' : 'value');
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineAndColumn(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

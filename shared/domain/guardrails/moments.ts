import type { Guardrail } from '../configuration/index.ts';
import { PolicyError, policyReferences } from '../policy/index.ts';
import { parseInstant } from '../time.ts';
import type { EvidenceSource } from './evidence-source.ts';
import type { Fields } from './fields.ts';

/** Fields of one record that an expression reads; `all` when it reads the record as a whole. */
export function fieldsRead(expression: string, alias: string): readonly string[] | 'all' {
  const variable = policyReferences(expression).variables.find(({ name }) => name === alias);
  if (variable === undefined) return [];
  const fields = [...new Set(variable.fields.map((path) => path.split('.')[0] ?? path))];
  return fields.length === 0 || new RegExp(`\\b${alias}\\b(?!\\s*(?:\\.|\\[\\s*["']))`).test(expression)
    ? 'all'
    : fields;
}

/**
 * Fields of one evidence in which conditions look for moments: those declared as such, and where nothing is declared
 * every field that they read. Read once a record, a moment serves all conditions.
 */
export function momentsRead(guardrails: readonly Guardrail[], name: string, source: EvidenceSource): readonly string[] {
  const names = new Set<string>();
  for (const guardrail of guardrails) {
    if (guardrail.check !== 'records_all' && guardrail.check !== 'records_none') continue;
    if (guardrail.expr === undefined || (guardrail.evidence !== name && guardrail.join !== name)) continue;
    for (const field of readBy(guardrail.expr, source)) names.add(field);
  }
  // What makes a pair stays as it is written: the other side may not know that it is a moment.
  for (const guardrail of guardrails)
    if ('match' in guardrail) for (const field of guardrail.match ?? []) names.delete(field);
  return [...names];
}

function readBy(expression: string, { alias, fields }: EvidenceSource): readonly string[] {
  try {
    const read = fieldsRead(expression, alias);
    if (fields === undefined) return read === 'all' ? [] : read;
    const moments = Object.keys(fields).filter((field) => fields[field] === 'timestamp');
    return read === 'all' ? moments : moments.filter((field) => read.includes(field));
  } catch (error) {
    if (error instanceof PolicyError) return []; // Told when the condition is compiled.
    throw error;
  }
}

/**
 * JSON has no times: without them `a <= b` would compare the letters of two moments, which is wrong as soon as their
 * zones differ. So a field that is written as a moment is one; any other text stays what it is.
 */
export function withMoments(record: Fields, names: readonly string[]): Fields {
  let copy: Record<string, unknown> | undefined;
  for (const name of names) {
    const value = record[name];
    if (typeof value !== 'string' || value[10] !== 'T' || value[4] !== '-' || value.length > 29) continue;
    const at = Object.hasOwn(record, name) ? momentOf(value) : undefined;
    if (at === undefined) continue;
    copy ??= { ...record };
    copy[name] = at;
  }
  return copy ?? record;
}

/** Shapes that Date reads as RFC 3339 does, to the millisecond and in UTC: nearly all of what is stored. */
const PLAIN = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z$/;

function momentOf(text: string): Date | undefined {
  if (PLAIN.test(text)) return new Date(text);
  const at = parseInstant(text);
  return at === undefined ? undefined : new Date(at);
}

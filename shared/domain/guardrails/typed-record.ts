import type { EvidenceSource } from './evidence-source.ts';
import type { Fields } from './fields.ts';
import { fieldOf } from './fields.ts';

/** Reads a record of comma separated values, in which everything is text, by the types that its evidence declares. */
export function typedRecord({ format, fields }: EvidenceSource): ((record: Fields) => Fields) | undefined {
  if (format !== 'csv' || fields === undefined) return undefined;
  const typed = Object.entries(fields).filter(([, type]) => type !== 'string' && type !== 'date' && type !== 'any');
  return (record) => {
    const copy: Record<string, unknown> = { ...record };
    for (const [name, type] of typed) {
      const value = fieldOf(record, name);
      if (typeof value === 'string') copy[name] = convert(value, type);
    }
    return copy;
  };
}

/** What is not of its type stays as it is, and is then found to be of the wrong one. */
function convert(text: string, type: string): unknown {
  if (text === '') return null;
  switch (type) {
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'int':
      return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : text;
    case 'double':
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : text;
    case 'list':
    case 'map':
      return parsed(text);
    default:
      return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

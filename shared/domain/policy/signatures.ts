import type { LibraryFunction } from './library.ts';
import { ANY, fits, parseType, type StaticType, typeText } from './types.ts';

export interface Signature {
  readonly parameters: readonly StaticType[];
  readonly result: StaticType;
}

const parsed = new Map<string, Signature>();

/** Reads `(string, int) bool`. */
function parseSignature(text: string): Signature {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const end = text.indexOf(')');
  const inside = text.slice(1, end);
  const parameters = inside === '' ? [] : inside.split(',').map((name) => parseType(name.trim()) ?? ANY);
  const signature = { parameters, result: parseType(text.slice(end + 1).trim()) ?? ANY };
  parsed.set(text, signature);
  return signature;
}

/** The type that a function gives for these arguments; undefined when no overload takes them. */
export function resultOf(called: LibraryFunction, args: readonly StaticType[]): StaticType | undefined {
  const fitting = called.overloads.map(parseSignature).filter(({ parameters }) => {
    return parameters.length === args.length && parameters.every((wanted, i) => fits(args[i] ?? ANY, wanted));
  });
  const [first, ...others] = fitting;
  if (first === undefined) return undefined;
  // An argument that is known only at evaluation may choose any of several overloads.
  return others.every(({ result }) => typeText(result) === typeText(first.result)) ? first.result : ANY;
}

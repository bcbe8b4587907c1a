import { admit } from './admit.ts';
import { Fault, PolicyError } from './errors.ts';
import { fn, type LibraryFunction } from './library.ts';
import { outward } from './result.ts';
import { type FieldTypeName, parseType, TYPE_NAMES } from './types.ts';
import { typeName } from './values.ts';

/** A function added to the language. It gets and gives values as results and bindings have them. */
export interface CustomFunction {
  readonly parameters: readonly FieldTypeName[];
  readonly result: FieldTypeName;
  /** Steps that one call costs beside its arguments, about 50 ns each; 10 unless said. */
  readonly steps?: number;
  /** An exception is an evaluation error `bad-argument`; its text is dropped, since it may carry a document's value. */
  readonly call: (...args: never[]) => unknown;
}

export function customFunctions(
  declared: Readonly<Record<string, CustomFunction>>,
  expression: string,
): [string, LibraryFunction][] {
  return Object.entries(declared).map(([name, entry]) => {
    const unknown = [...entry.parameters, entry.result].find((type) => parseType(type) === undefined);
    if (unknown !== undefined) {
      throw new PolicyError(
        'type',
        `function ${name} is declared with unknown type ${unknown}`,
        expression,
        undefined,
        [...TYPE_NAMES],
      );
    }
    return [`function:${name}`, libraryFunction(name, entry)];
  });
}

function libraryFunction(name: string, { parameters, result, steps = 10, call }: CustomFunction): LibraryFunction {
  const overload = `(${parameters.join(', ')}) ${result}`;
  return fn(name, [overload], (frame, at, args) => {
    frame.spend(steps);
    if (!args.every((arg, i) => suits(typeName(arg), parameters[i] ?? 'any'))) return undefined;
    try {
      return admit(call(...(args.map((arg) => outward(arg, frame)) as never[])), at);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return new Fault('bad-argument', `${name} refused its arguments`, at);
    }
  });
}

function suits(actual: string, wanted: FieldTypeName): boolean {
  if (wanted === 'any' || actual === wanted) return true;
  if (wanted.startsWith('list<')) return actual === 'list';
  return actual === `google.protobuf.${wanted[0]?.toUpperCase()}${wanted.slice(1)}`;
}

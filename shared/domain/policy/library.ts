import type { Frame } from './frame.ts';
import type { Value } from './values.ts';

/**
 * One function of the library: how it is called, the types it takes and gives (for the checker) and what it does.
 * `run` gets the target first when it is a method, never a fault, and gives undefined when its types do not fit.
 */
export interface LibraryFunction {
  readonly name: string;
  readonly style: 'function' | 'method';
  /** Overloads as `(type, type) type`, the target first when it is a method. */
  readonly overloads: readonly string[];
  readonly run: (frame: Frame, at: number, args: readonly Value[]) => Value | undefined;
}

type Run = LibraryFunction['run'];

export function fn(name: string, overloads: readonly string[], run: Run): LibraryFunction {
  return { name, style: 'function', overloads, run };
}

export function method(name: string, overloads: readonly string[], run: Run): LibraryFunction {
  return { name, style: 'method', overloads, run };
}

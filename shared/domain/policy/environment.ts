import type { LibraryFunction } from './library.ts';
import type { StaticType } from './types.ts';
import { TypeValue } from './values.ts';

/** What an expression is compiled against. */
export interface Environment {
  /** The namespace in which names are looked up first, innermost part first; empty for none. */
  readonly container: string;
  /** Declared variables; undefined when bindings are not declared, and then a name may also be a dotted binding. */
  readonly variables: ReadonlyMap<string, StaticType> | undefined;
  /** By `style:name`. */
  readonly functions: ReadonlyMap<string, LibraryFunction>;
}

export interface Scope {
  readonly environment: Environment;
  /** Variables of the comprehensions around a node, each with its place in `Frame.slots`. */
  readonly slots: ReadonlyMap<string, number>;
  readonly depth: number;
  /** Bound variables whose fields the program reads, in the order of `Frame.roots`; grows while it is compiled. */
  readonly roots: string[];
}

/** Names that mean a type where no variable has them. */
export const TYPE_VALUES: ReadonlyMap<string, TypeValue> = new Map(
  ['bool', 'bytes', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type', 'uint']
    .concat(['Timestamp', 'Duration'].map((name) => `google.protobuf.${name}`))
    .map((name) => [name, new TypeValue(name)]),
);

/** The names that a name may mean in a container, the innermost first; a leading dot means the outermost alone. */
export function candidates(container: string, name: string): readonly string[] {
  if (name.startsWith('.')) return [name.slice(1)];
  const parts = container === '' ? [] : container.split('.');
  return [...parts.map((_, i) => `${parts.slice(0, parts.length - i).join('.')}.${name}`), name];
}

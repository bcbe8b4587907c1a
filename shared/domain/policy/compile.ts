import { admit } from './admit.ts';
import { coerce } from './coerce.ts';
import { planMessage, run } from './delegate.ts';
import { Fault } from './errors.ts';
import type { Frame, Thunk } from './frame.ts';
import type { LibraryFunction } from './library.ts';
import { macroThunk } from './macros.ts';
import { hasField, readField } from './maps.ts';
import { noOverload, operatorThunk } from './operators.ts';
import { special } from './special.ts';
import { countNodes, dottedName, type Node } from './syntax.ts';
import type { StaticType } from './types.ts';
import { TypeValue, typeName, Uint, type Value } from './values.ts';

/** What an expression is compiled against. */
export interface Environment {
  /** The namespace in which names are looked up first, innermost part first; empty for none. */
  readonly container: string;
  /** Declared variables; undefined when bindings are not declared, and then a name may also be a dotted binding. */
  readonly variables: ReadonlyMap<string, StaticType> | undefined;
  /** By `style:name`. */
  readonly functions: ReadonlyMap<string, LibraryFunction>;
}

interface Scope {
  readonly environment: Environment;
  readonly slots: ReadonlyMap<string, number>;
  readonly depth: number;
}

const TYPE_VALUES: ReadonlyMap<string, TypeValue> = new Map(
  ['bool', 'bytes', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type', 'uint']
    .concat(['Timestamp', 'Duration'].map((name) => `google.protobuf.${name}`))
    .map((name) => [name, new TypeValue(name)]),
);

export function compileNode(node: Node, environment: Environment): Thunk {
  return compile(node, { environment, slots: new Map(), depth: 0 });
}

function compile(node: Node, scope: Scope): Thunk {
  switch (node.kind) {
    case 'literal':
      return constant(node.value);
    case 'name':
      return nameThunk(node.name, node.at, scope);
    case 'select':
      return selectThunk(node, scope);
    case 'has': {
      const operand = compile(node.operand, scope);
      return (frame) => hasField(operand(frame), node.field, node.at);
    }
    case 'call':
      return callThunk(node, scope);
    case 'list':
      return listThunk(node.elements.map((element) => compile(element, scope)));
    case 'map':
      return mapThunk(
        node.entries.map(([key, value]) => [compile(key, scope), compile(value, scope)]),
        node.at,
      );
    case 'message':
      return messageThunk(node, scope);
    case 'macro':
      return compileMacro(node, scope);
    default:
      return node satisfies never;
  }
}

function constant(value: Value): Thunk {
  return () => value;
}

/** The names that a name may mean in a container, the innermost first; a leading dot means the outermost alone. */
function candidates(container: string, name: string): readonly string[] {
  if (name.startsWith('.')) return [name.slice(1)];
  const parts = container === '' ? [] : container.split('.');
  return [...parts.map((_, i) => `${parts.slice(0, parts.length - i).join('.')}.${name}`), name];
}

function nameThunk(name: string, at: number, scope: Scope): Thunk {
  const slot = scope.slots.get(name);
  if (slot !== undefined) return (frame) => frame.slots[slot] as Value;
  const { container, variables } = scope.environment;
  const names = candidates(container, name);
  const declared = variables?.get(name);
  if (declared !== undefined) {
    return (frame) => coerce(bound(frame, names, at), declared, name, frame, at);
  }
  return (frame) => bound(frame, names, at);
}

function bound(frame: Frame, names: readonly string[], at: number): Value {
  const found = find(frame, names, at);
  return found === undefined ? new Fault('unknown-variable', `no variable ${names.at(-1)}`, at) : found;
}

function find(frame: Frame, names: readonly string[], at: number): Value | undefined {
  const bindings = frame.bindings;
  for (let i = 0; i < names.length; i += 1) {
    const name = names[i] as string;
    const raw = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
    if (raw !== undefined) return admit(raw, at);
    if (name === 'now' && frame.now !== undefined) return frame.now;
    const type = TYPE_VALUES.get(name);
    if (type !== undefined) return type;
  }
  return undefined;
}

function selectThunk(node: Extract<Node, { kind: 'select' }>, scope: Scope): Thunk {
  const { operand, field, at } = node;
  const read = compile(operand, scope);
  const declared = declaredType(node, scope);
  if (declared !== undefined && declared.kind !== 'any') {
    const path = dottedName(node) ?? field;
    return (frame) => coerce(readField(read(frame), field, at), declared, path, frame, at);
  }
  const dotted = dottedName(node);
  if (dotted === undefined || scope.environment.variables !== undefined || isLocal(dotted, scope)) {
    return (frame) => readField(read(frame), field, at);
  }
  const names = candidates(scope.environment.container, dotted);
  if (names.length > 1 || TYPE_VALUES.has(dotted)) {
    return (frame) => {
      const found = find(frame, names, at);
      return found === undefined ? readField(read(frame), field, at) : found;
    };
  }
  return (frame) => {
    const raw = Object.hasOwn(frame.bindings, dotted) ? frame.bindings[dotted] : undefined;
    return raw === undefined ? readField(read(frame), field, at) : admit(raw, at);
  };
}

function isLocal(dotted: string, scope: Scope): boolean {
  return scope.slots.has(dotted.split('.')[0] ?? '');
}

function declaredType(node: Node, scope: Scope): StaticType | undefined {
  if (node.kind === 'name') return scope.slots.has(node.name) ? undefined : scope.environment.variables?.get(node.name);
  if (node.kind !== 'select') return undefined;
  const operand = declaredType(node.operand, scope);
  return operand?.kind === 'record' ? operand.fields.get(node.field) : undefined;
}

function callThunk(node: Extract<Node, { kind: 'call' }>, scope: Scope): Thunk {
  const { name, target, at } = node;
  const args = node.args.map((arg) => compile(arg, scope));
  const qualified = target === undefined ? name : `${dottedName(target) ?? '?'}.${name}`;
  for (const candidate of candidates(scope.environment.container, qualified)) {
    const found = scope.environment.functions.get(`function:${candidate}`);
    if (found !== undefined) return libraryThunk(found, args, at);
  }
  if (target !== undefined) args.unshift(compile(target, scope));
  const quick = special(node, args) ?? (target === undefined ? operatorThunk(name, args, at) : undefined);
  if (quick !== undefined) return quick;
  const found = scope.environment.functions.get(`method:${name}`);
  if (target !== undefined && found !== undefined) return libraryThunk(found, args, at);
  return constant(new Fault('unknown-function', `no function ${target === undefined ? '' : '.'}${name}`, at));
}

function libraryThunk({ name, overloads, run: call }: LibraryFunction, args: readonly Thunk[], at: number): Thunk {
  const arities = new Set(overloads.map((overload) => parameterCount(overload)));
  return (frame) => {
    const values: Value[] = [];
    for (let i = 0; i < args.length; i += 1) {
      const value = (args[i] as Thunk)(frame);
      if (value instanceof Fault) return value;
      values.push(value);
    }
    if (!arities.has(values.length)) return noOverload(name, values, at);
    const result = call(frame, at, values);
    // Not `??`: null is a value that functions may give.
    return result === undefined ? noOverload(name, values, at) : result;
  };
}

function parameterCount(overload: string): number {
  const inside = overload.slice(1, overload.indexOf(')'));
  return inside === '' ? 0 : inside.split(',').length;
}

function listThunk(elements: readonly Thunk[]): Thunk {
  return (frame) => {
    const list: Value[] = [];
    for (let i = 0; i < elements.length; i += 1) {
      const value = (elements[i] as Thunk)(frame);
      if (value instanceof Fault) return value;
      list.push(value);
    }
    return list;
  };
}

function mapThunk(entries: readonly (readonly [Thunk, Thunk])[], at: number): Thunk {
  return (frame) => {
    const map = new Map<Value, Value>();
    const seen = new Set<string>();
    for (const [keyOf, valueOf] of entries) {
      const key = keyOf(frame);
      if (key instanceof Fault) return key;
      const value = valueOf(frame);
      if (value instanceof Fault) return value;
      const identity = keyIdentity(key);
      if (identity === undefined) return new Fault('no-such-overload', `a ${typeName(key)} is no key of a map`, at);
      if (seen.has(identity)) return new Fault('duplicate-key', 'a map has a key twice', at);
      seen.add(identity);
      map.set(typeof key === 'number' ? BigInt(key) : key, value);
    }
    return map;
  };
}

/** Equal for equal keys: numbers are one key whatever their type. */
function keyIdentity(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  return typeof key === 'number' && Number.isInteger(key) ? `n${BigInt(key)}` : undefined;
}

function messageThunk(node: Extract<Node, { kind: 'message' }>, scope: Scope): Thunk {
  const names = node.fields.map(([field]) => field);
  const values = listThunk(node.fields.map(([, value]) => compile(value, scope)));
  const call = planMessage(node.typeName, names, scope.environment.container);
  return (frame) => {
    const fields = values(frame);
    return fields instanceof Fault ? fields : run(call, fields as readonly Value[], frame, node.at);
  };
}

function compileMacro(node: Extract<Node, { kind: 'macro' }>, scope: Scope): Thunk {
  const slots = new Map(scope.slots).set(node.variable, scope.depth);
  const inner = { ...scope, slots, depth: scope.depth + 1 };
  return macroThunk(node.macro, {
    range: compile(node.range, scope),
    guard: node.guard === undefined ? undefined : compile(node.guard, inner),
    body: compile(node.body, inner),
    slot: scope.depth,
    weight: 1 + countNodes(node.body) + (node.guard === undefined ? 0 : countNodes(node.guard)),
    at: node.at,
  });
}

import { planMessage, run } from './delegate.ts';
import { candidates, type Environment, type Scope } from './environment.ts';
import { Fault } from './errors.ts';
import { Frame, type Thunk } from './frame.ts';
import type { LibraryFunction } from './library.ts';
import { LIMITS } from './limits.ts';
import { macroThunk } from './macros.ts';
import { hasField } from './maps.ts';
import { nameThunk, selectThunk } from './names.ts';
import { noOverload, operatorThunk } from './operators.ts';
import { special } from './special.ts';
import { countNodes, dottedName, type Node } from './syntax.ts';
import { typeName, Uint, type Value } from './values.ts';

export interface Compiled {
  readonly thunk: Thunk;
  /** Bound variables whose fields it reads: what `Frame.roots` is made from. */
  readonly roots: readonly string[];
}

export function compileNode(node: Node, environment: Environment): Compiled {
  const roots: string[] = [];
  return { thunk: compile(node, { environment, slots: new Map(), depth: 0, roots }), roots };
}

function compile(node: Node, scope: Scope): Thunk {
  switch (node.kind) {
    case 'literal':
      return constant(node.value);
    case 'name':
      return nameThunk(node.name, node.at, scope);
    case 'select':
      return selectThunk(node, compile(node.operand, scope), scope);
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

function callThunk(node: Extract<Node, { kind: 'call' }>, scope: Scope): Thunk {
  const { name, target, at } = node;
  const args = node.args.map((arg) => compile(arg, scope));
  const qualified = target === undefined ? name : `${dottedName(target) ?? '?'}.${name}`;
  for (const candidate of candidates(scope.environment.container, qualified)) {
    const found = scope.environment.functions.get(`function:${candidate}`);
    if (found !== undefined) return folded(found, node) ?? libraryThunk(found, args, at);
  }
  if (target !== undefined) args.unshift(compile(target, scope));
  const quick = special(node, args) ?? (target === undefined ? operatorThunk(name, args, at) : undefined);
  if (quick !== undefined) return quick;
  const found = scope.environment.functions.get(`method:${name}`);
  if (target !== undefined && found !== undefined) return libraryThunk(found, args, at);
  return constant(new Fault('unknown-function', `no function ${target === undefined ? '' : '.'}${name}`, at));
}

/** Conversions of literals, such as `duration('72h')`, are done once; they depend on nothing else. */
function folded(called: LibraryFunction, { args, at }: Extract<Node, { kind: 'call' }>): Thunk | undefined {
  const values = args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined));
  if (!FOLDED.has(called.name) || values.length !== 1 || values[0] === undefined) return undefined;
  const value = called.run(new Frame({}, [], [], undefined, LIMITS.stepsPerCall, 0), at, values as Value[]);
  return value === undefined ? undefined : constant(value);
}

const FOLDED: ReadonlySet<string> = new Set(['timestamp', 'duration', 'int', 'uint', 'double']);

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

/** An entry of a map costs this much more than the nodes that make it. */
const ENTRY_STEPS = 3;

function mapThunk(entries: readonly (readonly [Thunk, Thunk])[], at: number): Thunk {
  return (frame) => {
    const map = new Map<Value, Value>();
    const seen = new Set<string>();
    frame.spend(entries.length * ENTRY_STEPS);
    for (const [readKey, readValue] of entries) {
      const key = readKey(frame);
      if (key instanceof Fault) return key;
      const value = readValue(frame);
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

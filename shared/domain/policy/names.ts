import { admit } from './admit.ts';
import { coerce } from './coerce.ts';
import { candidates, type Scope, TYPE_VALUES } from './environment.ts';
import { Fault } from './errors.ts';
import type { Frame, Thunk } from './frame.ts';
import { readField } from './maps.ts';
import { dottedName, type Node } from './syntax.ts';
import type { StaticType } from './types.ts';
import type { Value } from './values.ts';

type Select = Extract<Node, { kind: 'select' }>;

export function nameThunk(name: string, at: number, scope: Scope): Thunk {
  const slot = scope.slots.get(name);
  if (slot !== undefined) return (frame) => frame.slots[slot] as Value;
  const { container, variables } = scope.environment;
  const names = candidates(container, name);
  const declared = variables?.get(name);
  const missing = new Fault('unknown-variable', `no variable ${name}`, at);
  const bound = (frame: Frame): Value => {
    const found = find(frame, names, at);
    return found === undefined ? missing : found;
  };
  if (declared === undefined || declared.kind === 'any') return bound;
  return (frame) => coerce(bound(frame), declared, name, frame, at);
}

function find(frame: Frame, names: readonly string[], at: number): Value | undefined {
  const bindings = frame.bindings;
  for (let i = 0; i < names.length; i += 1) {
    const name = names[i] as string;
    const raw = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
    if (raw !== undefined) return admit(raw, at);
    if (name === 'now' && frame.given !== undefined) return frame.given;
    const type = TYPE_VALUES.get(name);
    if (type !== undefined) return type;
  }
  return undefined;
}

/** `operand.field`. `read` is the compiled operand; fields of bound records take a quicker way to the same value. */
export function selectThunk(node: Select, read: Thunk, scope: Scope): Thunk {
  const { field, at } = node;
  const dotted = dottedName(node);
  const isLocal = dotted !== undefined && scope.slots.has(dotted.split('.')[0] ?? '');
  if (dotted === undefined || isLocal) return (frame) => readField(read(frame), field, at);
  if (scope.environment.variables === undefined) return undeclaredSelect(node, dotted, read, scope);
  const declared = declaredType(node, scope);
  if (declared === undefined || declared.kind === 'any') return quickField(node, read, scope);
  return declaredField(node, declared, dotted, read, scope);
}

/** Without declarations the longest dotted name that is bound wins, as CEL resolves names. */
function undeclaredSelect(node: Select, dotted: string, read: Thunk, scope: Scope): Thunk {
  const names = candidates(scope.environment.container, dotted);
  const field = quickField(node, read, scope);
  if (names.length > 1 || TYPE_VALUES.has(dotted) || dotted.startsWith('.')) {
    return (frame) => {
      const found = find(frame, names, node.at);
      return found === undefined ? field(frame) : found;
    };
  }
  return (frame) => {
    const raw = Object.hasOwn(frame.bindings, dotted) ? frame.bindings[dotted] : undefined;
    return raw === undefined ? field(frame) : admit(raw, node.at);
  };
}

/** The place of a bound variable in `Frame.roots`; undefined for what is no plain variable. */
function rootOf(operand: Node, scope: Scope): number | undefined {
  if (operand.kind !== 'name' || operand.name.startsWith('.') || scope.environment.container !== '') return undefined;
  const known = scope.roots.indexOf(operand.name);
  return known === -1 ? scope.roots.push(operand.name) - 1 : known;
}

function quickField({ operand, field, at }: Select, read: Thunk, scope: Scope): Thunk {
  const root = rootOf(operand, scope);
  if (root === undefined) return (frame) => readField(read(frame), field, at);
  return (frame) => {
    const record = frame.roots[root];
    const raw = record !== undefined && Object.hasOwn(record, field) ? record[field] : undefined;
    if (typeof raw === 'string' || typeof raw === 'boolean' || typeof raw === 'number') return raw;
    return raw === undefined ? readField(read(frame), field, at) : admit(raw, at);
  };
}

function declaredField(node: Select, declared: StaticType, path: string, read: Thunk, scope: Scope): Thunk {
  const { operand, field, at } = node;
  const root = rootOf(operand, scope);
  if (root === undefined) return (frame) => coerce(readField(read(frame), field, at), declared, path, frame, at);
  const asIs = primitiveOf(declared);
  return (frame) => {
    const record = frame.roots[root];
    const raw = record !== undefined && Object.hasOwn(record, field) ? record[field] : undefined;
    // The declared primitive is by far the commonest value, and needs no look at what else it could be.
    if (typeof raw === asIs) return raw as Value;
    const value = raw === undefined ? readField(read(frame), field, at) : admit(raw, at);
    return coerce(value, declared, path, frame, at);
  };
}

/** What `typeof` says of a declared type that a document holds as it is; a bigint's range is still to be looked at. */
function primitiveOf(declared: StaticType): string | undefined {
  if (declared.kind === 'string') return 'string';
  if (declared.kind === 'bool') return 'boolean';
  return declared.kind === 'double' ? 'number' : 'none';
}

function declaredType(node: Node, scope: Scope): StaticType | undefined {
  if (node.kind === 'name') return scope.environment.variables?.get(node.name);
  if (node.kind !== 'select') return undefined;
  const operand = declaredType(node.operand, scope);
  return operand?.kind === 'record' ? operand.fields.get(node.field) : undefined;
}

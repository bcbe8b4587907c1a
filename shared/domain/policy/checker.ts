import { type Environment, TYPE_VALUES } from './environment.ts';
import { Fault, PolicyError, type PolicyErrorCode } from './errors.ts';
import type { LibraryFunction } from './library.ts';
import { binaryType } from './operator-types.ts';
import { symbolOf } from './operators.ts';
import { compilePattern } from './regex.ts';
import { resultOf } from './signatures.ts';
import { dottedName, type Node } from './syntax.ts';
import { ANY, BOOL, fits, isNumber, join, type StaticType, typeText } from './types.ts';
import { typeName } from './values.ts';

type Locals = ReadonlyMap<string, StaticType>;
type NodeOf<K extends Node['kind']> = Extract<Node, { kind: K }>;

/**
 * Finds what could never be right before anything runs: names, fields and functions that do not exist, operands and
 * results of the wrong type. What is `any` is left to evaluation.
 * @throws PolicyError for the first mistake, with its position and what is known there
 */
export function checkPolicy(
  tree: Node,
  environment: Environment,
  result: 'bool' | undefined,
  expression: string,
): StaticType {
  const type = new Checker(environment, expression).check(tree, new Map());
  if (result !== undefined && !fits(type, BOOL)) {
    throw new PolicyError('type', `the result is ${typeText(type)}, wanted is ${result}`, expression, tree.at);
  }
  return type;
}

class Checker {
  readonly #environment: Environment;
  readonly #expression: string;

  constructor(environment: Environment, expression: string) {
    this.#environment = environment;
    this.#expression = expression;
  }

  #refuse(code: PolicyErrorCode, detail: string, at: number, known: Iterable<string> = []): never {
    throw new PolicyError(code, detail, this.#expression, at, [...known].sort());
  }

  check(node: Node, locals: Locals): StaticType {
    switch (node.kind) {
      case 'literal':
        return this.#literal(node);
      case 'name':
        return this.#name(node, locals);
      case 'select':
        return this.#select(node, locals);
      case 'has':
        this.#field(this.check(node.operand, locals), node.field, node.at);
        return BOOL;
      case 'call':
        return this.#call(node, locals);
      case 'list':
        return { kind: 'list', element: this.#joined(node.elements, locals) };
      case 'map':
        for (const [key] of node.entries) this.#key(key, locals);
        return {
          kind: 'map',
          value: this.#joined(
            node.entries.map(([, value]) => value),
            locals,
          ),
        };
      case 'message':
        for (const [, value] of node.fields) this.check(value, locals);
        return ANY;
      case 'macro':
        return this.#macro(node, locals);
      default:
        return node satisfies never;
    }
  }

  #literal({ value, at }: NodeOf<'literal'>): StaticType {
    if (value instanceof Fault) return this.#refuse(value.code, value.detail, at);
    const name = typeName(value);
    return { kind: name === 'null_type' ? 'null' : (name as 'int') };
  }

  #name({ name, at }: NodeOf<'name'>, locals: Locals): StaticType {
    const variables = this.#environment.variables ?? new Map<string, StaticType>();
    const type = locals.get(name) ?? variables.get(name.replace(/^\./, ''));
    if (type !== undefined) return type;
    if (TYPE_VALUES.has(name)) return { kind: 'type' };
    return this.#refuse('unknown-variable', `no variable ${name}`, at, [...locals.keys(), ...variables.keys()]);
  }

  #select(node: NodeOf<'select'>, locals: Locals): StaticType {
    if (TYPE_VALUES.has(dottedName(node) ?? '')) return { kind: 'type' };
    return this.#field(this.check(node.operand, locals), node.field, node.at);
  }

  #field(operand: StaticType, field: string, at: number): StaticType {
    switch (operand.kind) {
      case 'record': {
        const type = operand.fields.get(field);
        return type ?? this.#refuse('no-such-field', `no such field: ${field}`, at, operand.fields.keys());
      }
      case 'map':
        return operand.value;
      case 'any':
        return ANY;
      default:
        return this.#refuse('type', `a ${typeText(operand)} has no fields, so no field ${field}`, at);
    }
  }

  #joined(nodes: readonly Node[], locals: Locals): StaticType {
    const types = nodes.map((node) => this.check(node, locals));
    return types.length === 0 ? ANY : types.reduce(join);
  }

  #key(node: Node, locals: Locals): void {
    const type = this.check(node, locals);
    const isAllowed = ['any', 'bool', 'int', 'uint', 'string'].includes(type.kind);
    if (!isAllowed) this.#refuse('type', `a ${typeText(type)} is no key of a map`, node.at);
  }

  #call(node: NodeOf<'call'>, locals: Locals): StaticType {
    const { name, target, args, at } = node;
    const functions = this.#environment.functions;
    const qualified = target === undefined ? name : `${dottedName(target) ?? '?'}.${name}`;
    const called = functions.get(`function:${qualified}`);
    if (called !== undefined) return this.#overload(called, args, locals, at);
    if (target === undefined && !/^[A-Za-z]/.test(name)) return this.#operator(node, locals);
    const found = target === undefined ? undefined : functions.get(`method:${name}`);
    if (found === undefined || target === undefined) {
      const style = target === undefined ? 'function:' : 'method:';
      const known = [...functions.keys()].filter((key) => key.startsWith(style)).map((key) => key.slice(style.length));
      return this.#refuse('unknown-function', `no ${style.slice(0, -1)} ${name}`, at, known);
    }
    this.#constantPattern(name, args[0]);
    return this.#overload(found, [target, ...args], locals, at);
  }

  #overload(called: LibraryFunction, args: readonly Node[], locals: Locals, at: number): StaticType {
    const types = args.map((arg) => this.check(arg, locals));
    const result = resultOf(called, types);
    if (result !== undefined) return result;
    return this.#refuse(
      'type',
      `${called.name} does not take (${types.map(typeText).join(', ')})`,
      at,
      called.overloads,
    );
  }

  #constantPattern(name: string, pattern: Node | undefined): void {
    if (name !== 'matches' || pattern?.kind !== 'literal' || typeof pattern.value !== 'string') return;
    const compiled = compilePattern(pattern.value, pattern.at);
    if (compiled instanceof Fault) this.#refuse(compiled.code, compiled.detail, pattern.at);
  }

  #operator({ name, args, at }: NodeOf<'call'>, locals: Locals): StaticType {
    if (name === '_[_]') return this.#index(args, locals, at);
    const types = args.map((arg) => this.check(arg, locals));
    const [first = ANY, second = ANY, third = ANY] = types;
    const refuse = () => {
      const shown = types.map(typeText).join(', ');
      return this.#refuse('type', `${symbolOf(name)} does not take (${shown})`, at);
    };
    switch (name) {
      case '_&&_':
      case '_||_':
      case '!_':
        return types.every((type) => fits(type, BOOL)) ? BOOL : refuse();
      case '_?_:_':
        if (!fits(first, BOOL)) return refuse();
        return fits(second, third) || second.kind === 'null' || third.kind === 'null' ? join(second, third) : refuse();
      case '-_':
        return first.kind === 'any' || (isNumber(first) && first.kind !== 'uint') ? first : refuse();
      default:
        return binaryType(name, first, second) ?? refuse();
    }
  }

  #index(args: readonly Node[], locals: Locals, at: number): StaticType {
    const [operand, index] = args as readonly [Node, Node];
    const container = this.check(operand, locals);
    const key = this.check(index, locals);
    if (container.kind === 'list') {
      const isWhole = key.kind === 'int' || key.kind === 'uint' || key.kind === 'any';
      return isWhole ? container.element : this.#refuse('type', `a list is not indexed by ${typeText(key)}`, at);
    }
    if (container.kind !== 'record') {
      if (container.kind === 'map') return container.value;
      return container.kind === 'any' ? ANY : this.#refuse('type', `a ${typeText(container)} has no index`, at);
    }
    if (index.kind === 'literal' && typeof index.value === 'string') return this.#field(container, index.value, at);
    return key.kind === 'string' || key.kind === 'any' ? ANY : this.#refuse('type', 'a field is named by string', at);
  }

  #macro(node: NodeOf<'macro'>, locals: Locals): StaticType {
    const range = this.check(node.range, locals);
    const element = this.#element(range, node);
    const inner = new Map(locals).set(node.variable, element);
    if (node.guard !== undefined) this.#bool(node.guard, inner, node.macro);
    if (node.macro === 'map') return { kind: 'list', element: this.check(node.body, inner) };
    this.#bool(node.body, inner, node.macro);
    return node.macro === 'filter' ? { kind: 'list', element } : BOOL;
  }

  #element(range: StaticType, node: NodeOf<'macro'>): StaticType {
    if (range.kind === 'list') return range.element;
    if (range.kind === 'record') return { kind: 'string' };
    if (range.kind === 'map' || range.kind === 'any') return ANY;
    return this.#refuse('type', `${node.macro} goes over lists and maps, not ${typeText(range)}`, node.at);
  }

  #bool(node: Node, locals: Locals, user: string): void {
    const type = this.check(node, locals);
    if (!fits(type, BOOL)) this.#refuse('type', `${user} wants bool, not ${typeText(type)}`, node.at);
  }
}

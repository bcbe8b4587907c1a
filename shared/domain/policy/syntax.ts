import type { Value } from './values.ts';

/** The comprehensions of CEL. The parser knows no other loop, so every loop is one of these. */
export type MacroName = 'all' | 'exists' | 'exists_one' | 'map' | 'filter';

/** Our own syntax tree: what the parser's expansion hides (macros) is named, and every node knows its place. */
export type Node =
  | { readonly kind: 'literal'; readonly value: Value; readonly at: number }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | { readonly kind: 'select'; readonly operand: Node; readonly field: string; readonly at: number }
  | { readonly kind: 'has'; readonly operand: Node; readonly field: string; readonly at: number }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly target: Node | undefined;
      readonly args: readonly Node[];
      readonly at: number;
    }
  | { readonly kind: 'list'; readonly elements: readonly Node[]; readonly at: number }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Node, Node])[]; readonly at: number }
  | {
      readonly kind: 'message';
      readonly typeName: string;
      readonly fields: readonly (readonly [string, Node])[];
      readonly at: number;
    }
  | {
      readonly kind: 'macro';
      readonly macro: MacroName;
      readonly range: Node;
      readonly variable: string;
      /** Only `map` with three arguments has one: elements for which it is false are left out. */
      readonly guard: Node | undefined;
      readonly body: Node;
      readonly at: number;
    };

/** The nodes directly below a node, in the order of their evaluation. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'select':
    case 'has':
      return [node.operand];
    case 'call':
      return node.target === undefined ? node.args : [node.target, ...node.args];
    case 'list':
      return node.elements;
    case 'map':
      return node.entries.flat();
    case 'message':
      return node.fields.map(([, value]) => value);
    case 'macro':
      return node.guard === undefined ? [node.range, node.body] : [node.range, node.guard, node.body];
    default:
      return node satisfies never;
  }
}

/** The dotted name that a chain of selections on a name spells, or undefined when the node is anything else. */
export function dottedName(node: Node): string | undefined {
  if (node.kind === 'name') return node.name;
  if (node.kind !== 'select') return undefined;
  const operand = dottedName(node.operand);
  return operand === undefined ? undefined : `${operand}.${node.field}`;
}

/** Nodes of the tree: the steps that one evaluation of it takes at most, comprehensions aside. */
export function countNodes(node: Node): number {
  return childrenOf(node).reduce((sum, child) => sum + countNodes(child), 1);
}

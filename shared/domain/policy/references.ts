import { parsePolicy } from './parse.ts';
import { childrenOf, type Node } from './syntax.ts';

/** What an expression reads: its free variables with the fields selected from each, and the functions it calls. */
export interface PolicyReferences {
  readonly variables: readonly { readonly name: string; readonly fields: readonly string[] }[];
  readonly functions: readonly string[];
}

/**
 * Lists what an expression uses, so that evidence can be asked for exactly that. A field is the longest path of
 * selections from its variable (`address.city`); variables of comprehensions are not listed.
 * @throws PolicyError when the expression cannot be read
 */
export function policyReferences(expression: string): PolicyReferences {
  const variables = new Map<string, Set<string>>();
  const functions = new Set<string>();
  collect(parsePolicy(expression), new Set(), variables, functions);
  const listed = [...variables].map(([name, fields]) => ({ name, fields: [...fields].sort() }));
  return { variables: listed.sort((a, b) => (a.name < b.name ? -1 : 1)), functions: [...functions].sort() };
}

function collect(
  node: Node,
  locals: ReadonlySet<string>,
  variables: Map<string, Set<string>>,
  functions: Set<string>,
): void {
  const path = pathOf(node);
  if (path !== undefined) {
    const [root = '', ...fields] = path;
    if (locals.has(root)) return;
    const known = variables.get(root) ?? new Set<string>();
    if (fields.length > 0) known.add(fields.join('.'));
    variables.set(root, known);
    return;
  }
  if (node.kind === 'call' && /^[A-Za-z]/.test(node.name)) functions.add(node.name);
  if (node.kind !== 'macro') {
    for (const child of childrenOf(node)) collect(child, locals, variables, functions);
    return;
  }
  collect(node.range, locals, variables, functions);
  const inner = new Set(locals).add(node.variable);
  if (node.guard !== undefined) collect(node.guard, inner, variables, functions);
  collect(node.body, inner, variables, functions);
}

/** The variable and fields that a chain of `.field`, `['field']` and `has(...)` names. */
function pathOf(node: Node): readonly string[] | undefined {
  if (node.kind === 'name') return [node.name.replace(/^\./, '')];
  if (node.kind === 'select' || node.kind === 'has') return extended(node.operand, node.field);
  if (node.kind !== 'call' || node.name !== '_[_]') return undefined;
  const [operand, index] = node.args;
  if (operand === undefined || index?.kind !== 'literal' || typeof index.value !== 'string') return undefined;
  return extended(operand, index.value);
}

function extended(operand: Node, field: string): readonly string[] | undefined {
  const path = pathOf(operand);
  return path === undefined ? undefined : [...path, field];
}

import type { Environment } from './compile.ts';
import type { Node } from './syntax.ts';
import type { StaticType } from './types.ts';
export function checkPolicy(
  _tree: Node,
  _environment: Environment,
  _result: 'bool' | undefined,
  _expression: string,
): StaticType {
  return { kind: 'any' };
}

import { Fault } from './errors.ts';
import type { Frame, Thunk } from './frame.ts';
import { LIMITS } from './limits.ts';
import { noOverload, operatorThunk } from './operators.ts';
import { compilePattern, compileSteps, matchesCompiled } from './regex.ts';
import type { Node } from './syntax.ts';
import type { Value } from './values.ts';

type Call = Extract<Node, { kind: 'call' }>;

/** Shapes of calls whose constant operands allow a quicker thunk with the same meaning. */
export function special(node: Call, args: readonly Thunk[]): Thunk | undefined {
  if (node.name === 'matches' && node.target !== undefined) return constantPattern(node, args);
  if (node.target !== undefined || node.args.length !== 2) return undefined;
  const right = node.args[1];
  if (node.name === '@in' && right?.kind === 'list') return constantTexts(right.elements, args);
  if (right?.kind === 'literal') return constantNumber(node, right.value, args);
  return undefined;
}

/** A pattern that stands in the expression is compiled once, unless compiling alone would take the budget. */
function constantPattern(node: Call, args: readonly Thunk[]): Thunk | undefined {
  const pattern = node.args[0];
  const [text] = args;
  if (node.args.length !== 1 || pattern?.kind !== 'literal' || typeof pattern.value !== 'string') return undefined;
  if (compileSteps(pattern.value) > LIMITS.stepsPerCall / 16 || text === undefined) return undefined;
  const compiled = compilePattern(pattern.value, node.at);
  return (frame) => {
    const value = text(frame);
    if (value instanceof Fault) return value;
    if (typeof value !== 'string') return noOverload('matches', [value, ''], node.at);
    return compiled instanceof Fault ? compiled : matchesCompiled(value, compiled, frame);
  };
}

/** `x in ['a', 'b']`. */
function constantTexts(elements: readonly Node[], args: readonly Thunk[]): Thunk | undefined {
  const texts = elements.map((element) => (element.kind === 'literal' ? element.value : undefined));
  const [value] = args;
  if (!texts.every((text) => typeof text === 'string') || value === undefined) return undefined;
  const set = new Set<Value>(texts);
  return (frame) => {
    const wanted = value(frame);
    if (wanted instanceof Fault) return wanted;
    return set.has(wanted);
  };
}

type Compared = (sign: number) => boolean;
const COMPARISONS: Readonly<Record<string, Compared>> = {
  '_<_': (sign) => sign < 0,
  '_<=_': (sign) => sign <= 0,
  '_>_': (sign) => sign > 0,
  '_>=_': (sign) => sign >= 0,
};

/** `x > 72`: an integer constant is compared with a double as a double, which is ready-made here. */
function constantNumber(node: Call, right: Value, args: readonly Thunk[]): Thunk | undefined {
  const holds = Object.hasOwn(COMPARISONS, node.name) ? COMPARISONS[node.name] : undefined;
  const [left] = args;
  if (holds === undefined || typeof right !== 'bigint' || left === undefined) return undefined;
  const double = Number(right);
  const general = (value: Value) => operatorThunk(node.name, [() => value, () => right], node.at) as Thunk;
  return (frame: Frame) => {
    const value = left(frame);
    if (typeof value === 'number')
      return holds(value < double ? -1 : value > double ? 1 : value === double ? 0 : Number.NaN);
    if (typeof value === 'bigint') return holds(value < right ? -1 : value > right ? 1 : 0);
    return value instanceof Fault ? value : general(value)(frame);
  };
}

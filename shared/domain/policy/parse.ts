import { parse } from '@bufbuild/cel';
import { Fault, PolicyError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { prescan } from './prescan.ts';
import { childrenOf, type MacroName, type Node } from './syntax.ts';
import { INT_MAX, INT_MIN, UINT_MAX, Uint, type Value } from './values.ts';

type Parsed = ReturnType<typeof parse>;
type Expr = NonNullable<Parsed['expr']>;
type Kind<C extends string> = Extract<Expr['exprKind'], { case: C }>['value'];

/**
 * Source to syntax tree, under the limits of size and depth.
 * @throws PolicyError `too-large`, `too-deep` or `parse`
 */
export function parsePolicy(source: string): Node {
  if (typeof source !== 'string') throw new PolicyError('parse', `an expression is a string, not ${typeof source}`, '');
  prescan(source);
  const tree = convertParsed(parseSource(source), source);
  refuseDeepTree(tree, source);
  return tree;
}

function parseSource(source: string): Parsed {
  try {
    // The parser wants a line's end after a comment, even after the last.
    return parse(`${source}\n`);
  } catch (error) {
    const offset = (error as { location?: { start?: { offset?: number } } }).location?.start?.offset;
    const reason = error instanceof Error ? error.message.replace(/^<input>:\d+:\d+: /, '') : 'not CEL';
    throw new PolicyError('parse', `cannot be read: ${reason.slice(0, 200)}`, source, offset);
  }
}

function convertParsed(parsed: Parsed, source: string): Node {
  if (parsed.expr === undefined) throw new PolicyError('parse', 'there is no expression', source);
  const positions = parsed.sourceInfo?.positions ?? {};
  try {
    return new Converter(positions).convert(parsed.expr);
  } catch (error) {
    if (error instanceof RangeError) throw new PolicyError('too-deep', `more than ${LIMITS.depth} levels`, source);
    throw error;
  }
}

/** Combinations of operators can nest deeper than each kind of nesting that the scan before the parser counts. */
function refuseDeepTree(tree: Node, source: string): void {
  let level: readonly Node[] = [tree];
  for (let depth = 1; level.length > 0; depth += 1) {
    // One above the limit, because the innermost operand is a node but not an operator.
    if (depth > LIMITS.depth + 1) {
      throw new PolicyError('too-deep', `more than ${LIMITS.depth} levels of operators`, source, level[0]?.at);
    }
    level = level.flatMap((node) => [...childrenOf(node)]);
  }
}

class Converter {
  readonly #positions: Readonly<Record<string, number>>;

  constructor(positions: Readonly<Record<string, number>>) {
    this.#positions = positions;
  }

  convert(expr: Expr): Node {
    const at = this.#positions[expr.id.toString()] ?? 0;
    const kind = expr.exprKind;
    switch (kind.case) {
      case 'constExpr':
        return { kind: 'literal', value: literal(kind.value, at), at };
      case 'identExpr':
        return { kind: 'name', name: kind.value.name, at };
      case 'selectExpr':
        return {
          kind: kind.value.testOnly ? 'has' : 'select',
          operand: this.child(kind.value.operand),
          field: kind.value.field,
          at,
        };
      case 'callExpr':
        return {
          kind: 'call',
          name: kind.value.function,
          target: kind.value.target === undefined ? undefined : this.convert(kind.value.target),
          args: kind.value.args.map((arg) => this.convert(arg)),
          at,
        };
      case 'listExpr':
        return { kind: 'list', elements: kind.value.elements.map((element) => this.convert(element)), at };
      case 'structExpr':
        return this.struct(kind.value, at);
      case 'comprehensionExpr':
        return this.macro(kind.value, at);
      default:
        throw new PolicyError('parse', 'the parser gave an empty node', '');
    }
  }

  child(expr: Expr | undefined): Node {
    if (expr === undefined) throw new PolicyError('parse', 'the parser left an operand out', '');
    return this.convert(expr);
  }

  struct(value: Kind<'structExpr'>, at: number): Node {
    if (value.messageName === '') {
      const entries = value.entries.map(({ keyKind, value: entry }) => {
        return [this.child(keyKind.case === 'mapKey' ? keyKind.value : undefined), this.child(entry)] as const;
      });
      return { kind: 'map', entries, at };
    }
    const fields = value.entries.map(({ keyKind, value: entry }) => {
      return [keyKind.case === 'fieldKey' ? keyKind.value : '', this.child(entry)] as const;
    });
    return { kind: 'message', typeName: value.messageName, fields, at };
  }

  /** Reads a comprehension back into the macro that the parser expanded; the shape of its step tells which. */
  macro(value: Kind<'comprehensionExpr'>, at: number): Node {
    const step = callOf(value.loopStep);
    const range = this.child(value.iterRange);
    const made = (macro: MacroName, body: Expr | undefined, guard?: Expr): Node => ({
      kind: 'macro',
      macro,
      range,
      variable: value.iterVar,
      guard: guard === undefined ? undefined : this.convert(guard),
      body: this.child(body),
      at,
    });
    switch (step.function) {
      case '_&&_':
        return made('all', step.args[1]);
      case '_||_':
        return made('exists', step.args[1]);
      case '_+_':
        return made('map', appended(step.args[1]));
      default:
        break;
    }
    const kept = callOf(step.args[1]);
    if (value.accuInit?.exprKind.case === 'constExpr') return made('exists_one', step.args[0]);
    const element = appended(kept.args[1]);
    const isFilter = element?.exprKind.case === 'identExpr' && element.exprKind.value.name === value.iterVar;
    // `filter(x, p)` and `map(x, p, x)` expand alike and mean the same.
    return isFilter ? made('filter', step.args[0]) : made('map', element, step.args[0]);
  }
}

function callOf(expr: Expr | undefined): Kind<'callExpr'> {
  if (expr?.exprKind.case !== 'callExpr') throw new PolicyError('parse', 'the parser gave an unknown loop', '');
  return expr.exprKind.value;
}

function appended(expr: Expr | undefined): Expr | undefined {
  return expr?.exprKind.case === 'listExpr' ? expr.exprKind.value.elements[0] : undefined;
}

function literal(constant: Kind<'constExpr'>, at: number): Value {
  const kind = constant.constantKind;
  switch (kind.case) {
    case 'boolValue':
    case 'stringValue':
    case 'doubleValue':
    case 'bytesValue':
      return kind.value;
    case 'int64Value':
      if (kind.value > INT_MAX || kind.value < INT_MIN)
        return new Fault('overflow', 'an int literal is outside 64 bits', at);
      return kind.value;
    case 'uint64Value':
      if (kind.value > UINT_MAX) return new Fault('overflow', 'a uint literal is outside 64 bits', at);
      return new Uint(kind.value);
    case 'nullValue':
      return null;
    default:
      throw new PolicyError('parse', `the parser gave an unknown literal (${kind.case ?? 'none'})`, '');
  }
}

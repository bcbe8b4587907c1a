import { add, type BinaryOperator, divide, modulo, multiply, negate, subtract } from './arithmetic.ts';
import { equal } from './equality.ts';
import { Fault } from './errors.ts';
import type { Frame, Thunk } from './frame.ts';
import { readIndex } from './maps.ts';
import { order } from './order.ts';
import { isIn } from './standard.ts';
import { typeName, type Value } from './values.ts';

const ARITHMETIC: Readonly<Record<string, BinaryOperator>> = {
  '_+_': add,
  '_-_': subtract,
  '_*_': multiply,
  '_/_': divide,
  '_%_': modulo,
};

/** The operator as it is written, for messages: `_<=_` is `<=`. */
export function symbolOf(operator: string): string {
  return operator.replace(/[_@]/g, '');
}

/** The thunk of an operator, or undefined when the name is none. */
export function operatorThunk(name: string, args: readonly Thunk[], at: number): Thunk | undefined {
  const [first, second, third] = args as readonly [Thunk, Thunk, Thunk];
  const arithmetic = Object.hasOwn(ARITHMETIC, name) ? ARITHMETIC[name] : undefined;
  if (arithmetic !== undefined) return strict(name, arithmetic, first, second, at);
  switch (name) {
    case '_&&_':
      return logic(args, false, at);
    case '_||_':
      return logic(args, true, at);
    case '_?_:_':
      return conditional(first, second, third, at);
    case '!_':
      return not(first, at);
    case '-_':
      return (frame) => {
        const value = first(frame);
        return value instanceof Fault ? value : (negate(value, at) ?? noOverload('-', [value], at));
      };
    case '_==_':
      return equality(first, second, true);
    case '_!=_':
      return equality(first, second, false);
    case '_<_':
      return (frame) => {
        const left = first(frame);
        const right = second(frame);
        if (typeof left === 'number' && typeof right === 'number') return left < right;
        const sign = ordered(left, right, frame, '<', at);
        return typeof sign === 'number' ? sign < 0 : sign;
      };
    case '_<=_':
      return (frame) => {
        const left = first(frame);
        const right = second(frame);
        if (typeof left === 'number' && typeof right === 'number') return left <= right;
        const sign = ordered(left, right, frame, '<=', at);
        return typeof sign === 'number' ? sign <= 0 : sign;
      };
    case '_>_':
      return (frame) => {
        const left = first(frame);
        const right = second(frame);
        if (typeof left === 'number' && typeof right === 'number') return left > right;
        const sign = ordered(left, right, frame, '>', at);
        return typeof sign === 'number' ? sign > 0 : sign;
      };
    case '_>=_':
      return (frame) => {
        const left = first(frame);
        const right = second(frame);
        if (typeof left === 'number' && typeof right === 'number') return left >= right;
        const sign = ordered(left, right, frame, '>=', at);
        return typeof sign === 'number' ? sign >= 0 : sign;
      };
    case '@in':
      return strict(name, (value, container, frame) => isIn(value, container, frame), first, second, at);
    case '_[_]':
      return (frame) => readIndex(first(frame), second(frame), frame, at);
    default:
      return undefined;
  }
}

function ordered(left: Value, right: Value, frame: Frame, symbol: string, at: number): number | Fault {
  const sign = order(left, right, frame);
  if (sign !== undefined) return sign;
  if (left instanceof Fault) return left;
  return right instanceof Fault ? right : noOverload(symbol, [left, right], at);
}

export function noOverload(name: string, args: readonly Value[], at: number): Fault {
  return new Fault('no-such-overload', `${name} does not take (${args.map(typeName).join(', ')})`, at);
}

function strict(name: string, run: BinaryOperator, first: Thunk, second: Thunk, at: number): Thunk {
  return (frame) => {
    const left = first(frame);
    if (left instanceof Fault) return left;
    const right = second(frame);
    if (right instanceof Fault) return right;
    return run(left, right, frame, at) ?? noOverload(symbolOf(name), [left, right], at);
  };
}

function equality(first: Thunk, second: Thunk, whenEqual: boolean): Thunk {
  return (frame) => {
    const left = first(frame);
    const right = second(frame);
    if (typeof left === 'string' && typeof right === 'string') return (left === right) === whenEqual;
    if (left instanceof Fault) return left;
    if (right instanceof Fault) return right;
    return equal(left, right, frame) === whenEqual;
  };
}

/**
 * `&&` and `||`: one operand that decides is the answer, whatever the others are; only when none decides does an
 * error, or an operand that is no bool, count.
 */
function logic(args: readonly Thunk[], decides: boolean, at: number): Thunk {
  const [first, second] = args as readonly [Thunk, Thunk];
  const symbol = decides ? '||' : '&&';
  if (args.length !== 2) return logicOfMany(args, decides, symbol, at);
  return (frame) => {
    const left = first(frame);
    if (left === decides) return decides;
    const right = second(frame);
    if (right === decides) return decides;
    if (typeof left !== 'boolean') return notBool(left, symbol, at);
    return typeof right === 'boolean' ? right : notBool(right, symbol, at);
  };
}

function logicOfMany(args: readonly Thunk[], decides: boolean, symbol: string, at: number): Thunk {
  return (frame) => {
    let fault: Fault | undefined;
    for (const arg of args) {
      const value = arg(frame);
      if (value === decides) return decides;
      if (typeof value !== 'boolean') fault ??= notBool(value, symbol, at);
    }
    return fault ?? !decides;
  };
}

export function notBool(value: Value, user: string, at: number): Fault {
  if (value instanceof Fault) return value;
  return new Fault('no-such-overload', `${user} takes bool, not ${typeName(value)}`, at);
}

function conditional(test: Thunk, yes: Thunk, no: Thunk, at: number): Thunk {
  return (frame) => {
    const decision = test(frame);
    if (decision === true) return yes(frame);
    return decision === false ? no(frame) : notBool(decision, '?:', at);
  };
}

function not(operand: Thunk, at: number): Thunk {
  return (frame) => {
    const value = operand(frame);
    return typeof value === 'boolean' ? !value : notBool(value, '!', at);
  };
}

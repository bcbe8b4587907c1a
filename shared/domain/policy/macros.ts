import { admit } from './admit.ts';
import { isMap } from './equality.ts';
import { Fault } from './errors.ts';
import type { Frame, Thunk } from './frame.ts';
import { keysOf } from './maps.ts';
import { notBool } from './operators.ts';
import type { MacroName } from './syntax.ts';
import { typeName, type Value } from './values.ts';

export interface MacroParts {
  readonly range: Thunk;
  readonly guard: Thunk | undefined;
  readonly body: Thunk;
  /** Where the variable of this loop lives in the frame; nested loops have others. */
  readonly slot: number;
  /** Steps of one round: the nodes it visits at most. */
  readonly weight: number;
  readonly at: number;
}

/** Compiles a comprehension. Steps are paid for before each round, so a budget ends it between two elements. */
export function macroThunk(macro: MacroName, parts: MacroParts): Thunk {
  switch (macro) {
    case 'all':
      return quantifier(parts, 'all');
    case 'exists':
      return quantifier(parts, 'exists');
    case 'exists_one':
      return existsOne(parts);
    case 'map':
      return mapped(parts);
    case 'filter':
      return filtered(parts);
    default:
      return macro satisfies never;
  }
}

function elementsOf(range: Value, frame: Frame, at: number): readonly unknown[] | Fault {
  if (Array.isArray(range)) return range;
  if (range instanceof Fault) return range;
  if (!isMap(range)) return new Fault('no-such-overload', `a ${typeName(range)} has no elements`, at);
  return keysOf(range, frame);
}

function quantifier({ range, body, slot, weight, at }: MacroParts, name: 'all' | 'exists'): Thunk {
  const decides = name === 'exists';
  return (frame) => {
    const elements = elementsOf(range(frame), frame, at);
    if (elements instanceof Fault) return elements;
    let fault: Fault | undefined;
    for (let i = 0; i < elements.length; i += 1) {
      frame.spend(weight);
      frame.slots[slot] = admit(elements[i], at);
      const value = body(frame);
      if (value === decides) return decides;
      if (typeof value !== 'boolean') fault ??= notBool(value, name, at);
    }
    return fault ?? !decides;
  };
}

function existsOne({ range, body, slot, weight, at }: MacroParts): Thunk {
  return (frame) => {
    const elements = elementsOf(range(frame), frame, at);
    if (elements instanceof Fault) return elements;
    let count = 0;
    for (let i = 0; i < elements.length; i += 1) {
      frame.spend(weight);
      frame.slots[slot] = admit(elements[i], at);
      const value = body(frame);
      if (typeof value !== 'boolean') return notBool(value, 'exists_one', at);
      if (value) count += 1;
    }
    return count === 1;
  };
}

function mapped({ range, guard, body, slot, weight, at }: MacroParts): Thunk {
  return (frame) => {
    const elements = elementsOf(range(frame), frame, at);
    if (elements instanceof Fault) return elements;
    const result: Value[] = [];
    for (let i = 0; i < elements.length; i += 1) {
      frame.spend(weight);
      frame.slots[slot] = admit(elements[i], at);
      const isWanted = guard === undefined ? true : guard(frame);
      if (typeof isWanted !== 'boolean') return notBool(isWanted, 'map', at);
      if (!isWanted) continue;
      const value = body(frame);
      if (value instanceof Fault) return value;
      result.push(value);
    }
    return result;
  };
}

function filtered({ range, body, slot, weight, at }: MacroParts): Thunk {
  return (frame) => {
    const elements = elementsOf(range(frame), frame, at);
    if (elements instanceof Fault) return elements;
    const result: Value[] = [];
    for (let i = 0; i < elements.length; i += 1) {
      frame.spend(weight);
      const element = admit(elements[i], at);
      if (element instanceof Fault) return element;
      frame.slots[slot] = element;
      const value = body(frame);
      if (typeof value !== 'boolean') return notBool(value, 'filter', at);
      if (value) result.push(element);
    }
    return result;
  };
}

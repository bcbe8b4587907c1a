import { admit } from './admit.ts';
import { CLOCK } from './clock.ts';
import { CONVERSIONS } from './conversions.ts';
import { delegateCall } from './delegate.ts';
import { equal, isMap } from './equality.ts';
import type { Frame } from './frame.ts';
import { fn, type LibraryFunction, method } from './library.ts';
import { hasKey, isKey, mapSize } from './maps.ts';
import { TEXT } from './text.ts';
import { codePoints } from './text-work.ts';
import type { Value } from './values.ts';

const SIZES = ['(string) int', '(bytes) int', '(list<any>) int', '(map) int'];

function size(frame: Frame, [value]: readonly Value[]): Value | undefined {
  if (typeof value === 'string') return BigInt(codePoints(value, frame));
  if (value instanceof Uint8Array || Array.isArray(value)) return BigInt(value.length);
  if (value === undefined || !isMap(value)) return undefined;
  return BigInt(mapSize(value, frame));
}

/** `element in list` and `key in map`. */
export function isIn(value: Value, container: Value, frame: Frame): boolean | undefined {
  if (Array.isArray(container)) {
    frame.spend(container.length);
    return container.some((element) => equal(admit(element, 0), value, frame));
  }
  return isMap(container) && isKey(value) ? hasKey(container, value, frame) : undefined;
}

/** Everything a policy may call, by style and name; operators and macros are syntax and not here. */
export const STANDARD: readonly LibraryFunction[] = [
  ...CONVERSIONS,
  ...TEXT,
  ...CLOCK,
  fn('size', SIZES, (frame, _at, args) => size(frame, args)),
  method('size', SIZES, (frame, _at, args) => size(frame, args)),
  // Formatting has many rules of its own, so it stays with the library that parses.
  method('format', ['(string, list<any>) string'], (frame, at, args) => delegateCall('format', args, frame, at)),
];

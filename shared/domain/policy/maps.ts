import { admit } from './admit.ts';
import { Fault } from './errors.ts';
import type { Frame } from './frame.ts';
import { isPlainRecord, type PlainRecord, typeName, Uint, type Value } from './values.ts';

type MapValue = ReadonlyMap<unknown, unknown> | PlainRecord;

/** Own properties alone are entries; an own property that is undefined is absent, as JSON and Firestore have it. */
export function ownHas(record: PlainRecord, name: string): boolean {
  return Object.hasOwn(record, name) && record[name] !== undefined;
}

export function mapSize(map: MapValue, frame: Frame): number {
  return map instanceof Map ? map.size : keysOf(map, frame).length;
}

/** Listing the keys of an object took 40 ns a key, so it is paid for as soon as their number is known. */
export function keysOf(map: MapValue, frame: Frame): Value[] {
  if (map instanceof Map) frame.spend(map.size);
  if (map instanceof Map) return Array.from(map.keys(), (key) => keyOf(key));
  const record = map as PlainRecord;
  const names = Object.keys(record);
  frame.spend(names.length * 2);
  return names.filter((name) => record[name] !== undefined);
}

/** A whole number as key of a bound Map is an int: doubles are no keys in CEL. */
function keyOf(key: unknown): Value {
  return typeof key === 'number' && Number.isSafeInteger(key) ? BigInt(key) : admit(key, 0);
}

/** Whether a value may be used to look up an entry at all. */
export function isKey(key: Value): boolean {
  return ['string', 'boolean', 'bigint', 'number'].includes(typeof key) || key instanceof Uint;
}

export function hasKey(map: MapValue, key: Value, frame: Frame): boolean {
  return find(map, key, frame) !== undefined;
}

/** The entry of a key; numbers are the same key whatever their type. */
export function readKey(map: MapValue, key: Value, frame: Frame, at: number): Value {
  const raw = find(map, key, frame);
  if (raw !== undefined) return admit(raw, at);
  if (!isKey(key)) return new Fault('no-such-overload', `a map has no keys of type ${typeName(key)}`, at);
  return new Fault('no-such-field', 'the map has no such key', at);
}

function find(map: MapValue, key: Value, frame: Frame): unknown {
  if (!(map instanceof Map)) {
    return typeof key === 'string' && Object.hasOwn(map, key) ? (map as PlainRecord)[key] : undefined;
  }
  if (typeof key === 'string' || typeof key === 'boolean') return map.get(key);
  const whole = wholeKey(key);
  if (whole === undefined) return undefined;
  const found = map.get(whole);
  if (found !== undefined) return found;
  const double = map.get(Number(whole));
  return double === undefined ? findUint(map, whole, frame) : double;
}

function wholeKey(key: Value): bigint | undefined {
  if (typeof key === 'bigint') return key;
  if (key instanceof Uint) return key.value;
  return typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : undefined;
}

/** Unsigned keys are objects, which a Map finds by identity only. They are rare, so they are searched for. */
function findUint(map: ReadonlyMap<unknown, unknown>, whole: bigint, frame: Frame): unknown {
  frame.spend(map.size);
  for (const [key, value] of map) if (key instanceof Uint && key.value === whole) return value;
  return undefined;
}

/** One field of a value, as `value.name` reads it. */
export function readField(target: Value, name: string, at: number): Value {
  if (isPlainRecord(target)) {
    const raw = Object.hasOwn(target, name) ? target[name] : undefined;
    if (typeof raw === 'string' || typeof raw === 'boolean' || typeof raw === 'number') return raw;
    return raw === undefined ? new Fault('no-such-field', `no such field: ${name}`, at) : admit(raw, at);
  }
  if (target instanceof Fault) return target;
  if (target instanceof Map) {
    const raw: unknown = target.get(name);
    return raw === undefined ? new Fault('no-such-field', `no such field: ${name}`, at) : admit(raw, at);
  }
  return new Fault('no-such-overload', `a value of type ${typeName(target)} has no fields, so no field ${name}`, at);
}

/** `has(value.name)`. */
export function hasField(target: Value, name: string, at: number): boolean | Fault {
  if (isPlainRecord(target)) return ownHas(target, name);
  if (target instanceof Map) return target.get(name) !== undefined;
  if (target instanceof Fault) return target;
  return new Fault('no-such-overload', `a value of type ${typeName(target)} has no fields, so no field ${name}`, at);
}

/** `list[i]` and `map[key]`. */
export function readIndex(target: Value, index: Value, frame: Frame, at: number): Value {
  if (target instanceof Fault) return target;
  if (index instanceof Fault) return index;
  if (target instanceof Map || isPlainRecord(target)) return readKey(target, index, frame, at);
  if (!Array.isArray(target)) return new Fault('no-such-overload', `a ${typeName(target)} has no index`, at);
  const whole = wholeKey(index);
  if (whole === undefined) {
    return new Fault('no-such-overload', `a list is not indexed by this ${typeName(index)}`, at);
  }
  if (whole < 0n || whole >= BigInt(target.length)) {
    return new Fault('index-out-of-range', `index outside a list of ${target.length}`, at);
  }
  return admit(target[Number(whole)], at);
}

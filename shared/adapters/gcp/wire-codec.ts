/**
 * Protocol Buffers on the wire (protobuf.dev/programming-guides/encoding), for the few messages of the hot path. The
 * generated clients bring a reflecting library and the descriptors of everything, which is most of a cold start.
 *
 * Messages are plain objects in the generated clients' shape: 64-bit integers are text, enums are names, bytes are
 * Uint8Array, and what is absent on the wire is absent in the object.
 */
export type Kind = 'string' | 'bytes' | 'bool' | 'int32' | 'int64' | 'double' | readonly string[] | (() => Schema);

export interface Field {
  readonly id: number;
  readonly kind: Kind;
  /** `map`: keys are text; the kind is the value's. */
  readonly many?: 'list' | 'map';
}
export type Schema = Readonly<Record<string, Field>>;
type Message = Readonly<Record<string, unknown>>;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Absent values (undefined, null) are left out. Throws TypeError for a name that the schema does not have: a mistake of this program. */
export function encodeMessage(schema: Schema, message: Message): Buffer {
  const parts = Object.entries(message).flatMap(([name, value]) => {
    if (value === undefined || value === null) return [];
    const field = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (field === undefined) throw new TypeError(`the message has no field ${name}`);
    return encodeField(field, value);
  });
  return Buffer.concat(parts);
}

function encodeField({ id, kind, many }: Field, value: unknown): Buffer[] {
  if (many === 'list') return (value as readonly unknown[]).map((item) => encodeOne(id, kind, item));
  if (many !== 'map') return [encodeOne(id, kind, value)];
  return Object.entries(value as Message).map(([key, item]) =>
    delimited(id, Buffer.concat([encodeOne(1, 'string', key), encodeOne(2, kind, item)])),
  );
}

function encodeOne(id: number, kind: Kind, value: unknown): Buffer {
  if (typeof kind === 'function') return delimited(id, encodeMessage(kind(), value as Message));
  if (typeof kind === 'object') return integer(id, enumNumber(kind, value));
  switch (kind) {
    case 'string':
      return delimited(id, Buffer.from(value as string));
    case 'bytes':
      return delimited(id, Buffer.from(value as Uint8Array));
    case 'bool':
      return integer(id, value === true ? 1 : 0);
    case 'int32':
    case 'int64':
      return integer(id, value as string | number);
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value as number);
      return Buffer.concat([tag(id, FIXED64), bytes]);
    }
    default:
      return kind satisfies never;
  }
}

function enumNumber(names: readonly string[], value: unknown): number {
  const number = names.indexOf(value as string);
  if (number < 0)
    throw new TypeError(`'${String(value)}' is none of ${names.filter((name) => name !== '').join(', ')}`);
  return number;
}

const delimited = (id: number, bytes: Buffer): Buffer =>
  Buffer.concat([tag(id, BYTES), varint(BigInt(bytes.length)), bytes]);

/** Negative ones take ten bytes, as 64 bits of two's complement. */
const integer = (id: number, value: string | number): Buffer =>
  Buffer.concat([tag(id, VARINT), varint(BigInt.asUintN(64, BigInt(value)))]);

const tag = (id: number, wire: number): Buffer => varint(BigInt((id << 3) | wire));

function varint(value: bigint): Buffer {
  if (value < 0x80n) return Buffer.of(Number(value));
  const bytes: number[] = [];
  for (let left = value; ; left >>= 7n) {
    if (left < 0x80n) {
      bytes.push(Number(left));
      return Buffer.from(bytes);
    }
    bytes.push(Number(left & 0x7fn) | 0x80);
  }
}

/** Fields that the schema does not name are skipped, as newer servers send them. Throws RangeError when the bytes end too early. */
export function decodeMessage(schema: Schema, bytes: Uint8Array): Record<string, unknown> {
  const names = byId(schema);
  const reader = new Reader(bytes);
  const found: Record<string, unknown> = {};
  while (!reader.isAtEnd) {
    const key = Number(reader.varint());
    const wire = key & 7;
    const named = names.get(key >>> 3);
    if (named === undefined) {
      reader.skip(wire);
      continue;
    }
    const [name, field] = named;
    if (field.many === 'map') {
      const [text, value] = readEntry(field.kind, reader.bytes());
      // A key such as `__proto__` is data.
      const map = (found[name] ?? Object.create(null)) as Record<string, unknown>;
      map[text] = value;
      found[name] = map;
    } else if (field.many === 'list') {
      const list = (found[name] ?? []) as unknown[];
      list.push(readOne(field.kind, reader));
      found[name] = list;
    } else found[name] = readOne(field.kind, reader);
  }
  return found;
}

function readEntry(kind: Kind, bytes: Uint8Array): [string, unknown] {
  const { key = '', value } = decodeMessage({ key: { id: 1, kind: 'string' }, value: { id: 2, kind } }, bytes);
  return [key as string, value ?? (typeof kind === 'function' ? {} : '')];
}

function readOne(kind: Kind, reader: Reader): unknown {
  if (typeof kind === 'function') return decodeMessage(kind(), reader.bytes());
  if (typeof kind === 'object') return kind[Number(reader.varint())] ?? '';
  switch (kind) {
    case 'string':
      return reader.bytes().toString('utf8');
    case 'bytes':
      return reader.bytes();
    case 'bool':
      return reader.varint() !== 0n;
    case 'int32':
      return Number(BigInt.asIntN(32, reader.varint()));
    case 'int64':
      return BigInt.asIntN(64, reader.varint()).toString();
    case 'double':
      return reader.fixed(8).readDoubleLE();
    default:
      return kind satisfies never;
  }
}

const indexes = new WeakMap<Schema, ReadonlyMap<number, readonly [string, Field]>>();

function byId(schema: Schema): ReadonlyMap<number, readonly [string, Field]> {
  let index = indexes.get(schema);
  if (index === undefined) {
    index = new Map(Object.entries(schema).map(([name, field]) => [field.id, [name, field]]));
    indexes.set(schema, index);
  }
  return index;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    const first = this.#byte();
    if (first < 0x80) return BigInt(first);
    let value = BigInt(first & 0x7f);
    for (let shift = 7n; shift < 70n; shift += 7n) {
      const next = this.#byte();
      value |= BigInt(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    throw new RangeError('a varint of more than ten bytes');
  }

  bytes(): Buffer {
    return this.fixed(Number(this.varint()));
  }

  fixed(length: number): Buffer {
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('the message ends in the middle of a field');
    return this.#bytes.subarray(from, this.#at);
  }

  skip(wire: number): void {
    if (wire === VARINT) this.varint();
    else if (wire === BYTES) this.bytes();
    else if (wire === FIXED64 || wire === FIXED32) this.fixed(wire === FIXED64 ? 8 : 4);
    else throw new RangeError(`wire type ${wire} is unknown`);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('the message ends in the middle of a field');
    return byte;
  }
}

import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

/** A pack while it is written (`id` empty) and after: its id is the sha-256 of its bytes in hex. */
export interface PackName {
  id: string;
}

/** Where one chunk lies and what it must be. */
export interface ChunkEntry {
  /** 32 bytes. */
  readonly id: Buffer;
  readonly pack: PackName;
  readonly offset: number;
  readonly storedBytes: number;
  readonly plainBytes: number;
  /** crc-32 of the stored bytes. */
  readonly crc: number;
  readonly records: number;
  /** The key of the first record: lets a reader that starts in the middle skip what lies before. */
  readonly firstKey: Buffer;
}

/** The chunks of one layer, in the order of their keys. */
export type Layer = readonly ChunkEntry[];

const VERSION = 1;
/** Stands for the pack that holds the list itself, whose id is not known yet when the list is written. */
const OWN_PACK = Buffer.alloc(32);

export function encodeLists(layers: readonly Layer[], own: PackName | undefined): Buffer {
  const packs = [...new Set(layers.flat().map((entry) => entry.pack))];
  const numbers = new Map(packs.map((pack, index) => [pack, index]));
  const out = new ByteWriter(4096);
  out.byte(VERSION);
  out.varint(packs.length);
  for (const pack of packs) out.append(pack === own ? OWN_PACK : Buffer.from(pack.id, 'hex'));
  out.varint(layers.length);
  for (const layer of layers) {
    out.varint(layer.length);
    for (const entry of layer) {
      out.append(entry.id);
      for (const number of [
        numbers.get(entry.pack) as number,
        entry.offset,
        entry.storedBytes,
        entry.plainBytes,
        entry.crc,
        entry.records,
      ]) {
        out.varint(number);
      }
      out.varint(entry.firstKey.length);
      out.append(entry.firstKey);
    }
  }
  return out.copy();
}

/** Throws `RangeError` when the bytes are no list. `names` makes one object of each pack's name over many lists. */
export function decodeLists(bytes: Buffer, own: PackName, names: Map<string, PackName>): ChunkEntry[][] {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new RangeError(`a chunk list of version ${version}; this program reads ${VERSION}`);
  const packs = Array.from({ length: reader.varint() }, () => {
    const id = reader.take(32);
    return id.equals(OWN_PACK) ? own : packName(id.toString('hex'), names);
  });
  return Array.from({ length: reader.varint() }, () =>
    Array.from({ length: reader.varint() }, () => {
      const id = Buffer.from(reader.take(32));
      const pack = packs[reader.varint()];
      if (!pack) throw new RangeError('a chunk in no pack');
      return {
        id,
        pack,
        offset: reader.varint(),
        storedBytes: reader.varint(),
        plainBytes: reader.varint(),
        crc: reader.varint(),
        records: reader.varint(),
        firstKey: Buffer.from(reader.take(reader.varint())),
      };
    }),
  );
}

export function packName(id: string, names: Map<string, PackName>): PackName {
  const known = names.get(id);
  if (known) return known;
  const made = { id };
  names.set(id, made);
  return made;
}

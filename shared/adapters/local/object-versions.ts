import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { PortError } from '../../domain/errors.ts';
import type { ObjectInfo } from '../../ports/objects.ts';
import type { ObjectAddress } from './object-address.ts';
import { isDatedCopy, isLaterCopy } from './object-copies.ts';

const versionSchema = z.object({
  /** Size and time of the file that holds it. */
  file: z.string(),
  /** Absent for large ones. */
  sha256: z.string().optional(),
  generation: z.string(),
  updatedAt: z.string(),
  metadata: z.record(z.string(), z.string()),
  contentType: z.string().optional(),
  storageClass: z.string().optional(),
  hold: z.boolean().optional(),
});
export type ObjectVersion = z.infer<typeof versionSchema>;

const sidecarSchema = z.object({
  key: z.string(),
  sequence: z.int(),
  versions: z.array(versionSchema),
  /** Of the file that holds this: in a copy of the store it is another. */
  inode: z.string().optional(),
});
/**
 * What a file cannot say of an object. It tells of the newest version and the one before, and is written first: after a
 * crash between the two writes, the file itself says by its size and time which of the two it is.
 */
export type Sidecar = Omit<z.infer<typeof sidecarSchema>, 'inode'> & {
  /** It lies in a copy of the store that wrote it. */
  readonly isCopied: boolean;
};

const inodeOf = (descriptor: number): string => String(fstatSync(descriptor, { bigint: true }).ino);

/** Size and time. */
export const fileIdentity = (stats: BigIntStats): string => `${stats.size}:${stats.mtimeNs}`;

/** Sidecars lie beside the objects' tree, named by digest, so that no key can collide with another's sidecar. */
export class ObjectVersions {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(address: ObjectAddress): Sidecar {
    let descriptor: number;
    try {
      descriptor = openSync(this.#path(address), 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return { key: address.key, sequence: 0, versions: [], isCopied: false };
    }
    try {
      const parsed = sidecarSchema.safeParse(parseJson(readFileSync(descriptor, 'utf8')));
      if (parsed.success) {
        const { inode, ...sidecar } = parsed.data;
        return { ...sidecar, isCopied: inode !== undefined && inode !== inodeOf(descriptor) };
      }
    } finally {
      closeSync(descriptor);
    }
    throw new PortError('objects', 'internal', `the metadata of ${address.uri} cannot be read`);
  }

  write(address: ObjectAddress, { key, sequence, versions }: Omit<Sidecar, 'isCopied'>): void {
    const path = this.#path(address);
    mkdirSync(dirname(path), { recursive: true });
    const descriptor = openSync(`${path}.new`, 'w');
    try {
      const sidecar = { key, sequence, versions, inode: inodeOf(descriptor) };
      writeFileSync(descriptor, `${JSON.stringify(sidecar, null, 2)}\n`);
    } finally {
      closeSync(descriptor);
    }
    renameSync(`${path}.new`, path);
  }

  /**
   * The version that this file is. A file that a person put there or edited is a version of its own, known by its size
   * and time; only in a store that was copied, where all times are new, equal bytes are the same version.
   */
  describe(
    address: ObjectAddress,
    stats: BigIntStats,
    bytes: () => Uint8Array,
  ): { info: ObjectInfo; version: ObjectVersion } {
    const file = fileIdentity(stats);
    const { versions, isCopied } = this.read(address);
    const copied = () => {
      const found = isCopied ? versions.findLast((known) => isLaterCopy(known, stats, bytes)) : undefined;
      return found === undefined ? undefined : { ...found, file };
    };
    const version =
      versions.find((known) => known.file === file) ??
      versions.find((known) => isDatedCopy(known.file, stats)) ??
      copied() ??
      foreign(file, stats);
    const { generation, updatedAt, metadata, storageClass } = version;
    const base = { uri: address.uri, bytes: Number(stats.size), generation, updatedAt, metadata };
    return { info: storageClass === undefined ? base : { ...base, storageClass }, version };
  }

  #path({ bucket, key }: ObjectAddress): string {
    const name = createHash('sha256').update(key).digest('hex');
    return join(this.#folder, bucket, name.slice(0, 2), `${name}.json`);
  }
}

function foreign(file: string, stats: BigIntStats): ObjectVersion {
  const generation = `file-${createHash('sha256').update(file).digest('hex').slice(0, 16)}`;
  return { file, generation, updatedAt: new Date(Number(stats.mtimeMs)).toISOString(), metadata: {} };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

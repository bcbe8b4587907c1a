import { createHash } from 'node:crypto';
import { type BigIntStats, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { PortError } from '../../domain/errors.ts';
import type { ObjectInfo } from '../../ports/objects.ts';
import type { ObjectAddress } from './object-address.ts';

const versionSchema = z.object({
  /** Size and time of the file that holds it. */
  file: z.string(),
  generation: z.string(),
  updatedAt: z.string(),
  metadata: z.record(z.string(), z.string()),
  contentType: z.string().optional(),
  storageClass: z.string().optional(),
  hold: z.boolean().optional(),
});
export type ObjectVersion = z.infer<typeof versionSchema>;

const sidecarSchema = z.object({ key: z.string(), sequence: z.int(), versions: z.array(versionSchema) });
/**
 * What a file cannot say of an object. It tells of the newest version and the one before, and is written first: after a
 * crash between the two writes, the file itself says by its size and time which of the two it is.
 */
export type Sidecar = z.infer<typeof sidecarSchema>;

/** Size and time. */
export const fileIdentity = (stats: BigIntStats): string => `${stats.size}:${stats.mtimeNs}`;

/** Sidecars lie beside the objects' tree, named by digest, so that no key can collide with another's sidecar. */
export class ObjectVersions {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(address: ObjectAddress): Sidecar {
    let text: string;
    try {
      text = readFileSync(this.#path(address), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { key: address.key, sequence: 0, versions: [] };
      throw error;
    }
    const parsed = sidecarSchema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw new PortError('objects', 'internal', `the metadata of ${address.uri} cannot be read`);
  }

  write(address: ObjectAddress, sidecar: Sidecar): void {
    const path = this.#path(address);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, `${JSON.stringify(sidecar, null, 2)}\n`);
    renameSync(`${path}.new`, path);
  }

  /** The version that this file is. A file that a person put there or edited is a version of its own, known by its size and time. */
  describe(address: ObjectAddress, stats: BigIntStats): { info: ObjectInfo; version: ObjectVersion } {
    const file = fileIdentity(stats);
    const { versions } = this.read(address);
    const version =
      versions.find((known) => known.file === file) ??
      versions.find((known) => isCopyOf(known.file, stats)) ??
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

const COPY_TOLERANCE_NS = 1_000_000n;

/** A copy of the whole folder that keeps times is the same store; copying keeps them to a millisecond. */
function isCopyOf(identity: string, stats: BigIntStats): boolean {
  const [size = '', time = ''] = identity.split(':');
  if (size !== String(stats.size)) return false;
  const apart = BigInt(time) - stats.mtimeNs;
  return apart < COPY_TOLERANCE_NS && apart > -COPY_TOLERANCE_NS;
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

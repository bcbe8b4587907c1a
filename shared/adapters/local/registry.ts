import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { PortError } from '../../domain/errors.ts';
import { digestOf } from '../../domain/json.ts';
import { FolderLock } from './folder-lock.ts';

const probe = z.strictObject({ path: z.string().startsWith('/') }).nullable();
const revisionSchema = z.strictObject({
  createdAt: z.string(),
  ready: z.boolean(),
  /** `HOST/NAME@sha256:...` */
  image: z.string(),
  /** Names that the platform gives a revision, each to an address of its own. */
  tags: z.array(z.string()).default([]),
  serviceAccount: z.string().nullable(),
  environment: z.record(z.string(), z.string()),
  concurrency: z.int().min(1).nullable(),
  /** vCPUs */
  cpu: z.number().positive().nullable(),
  livenessProbe: probe,
  startupProbe: probe,
  runtime: z.string().nullable(),
});
const serviceSchema = z.strictObject({
  /** Rises with every change that is asked for. */
  generation: z.int().min(1),
  observedGeneration: z.int().min(0),
  reconciling: z.boolean(),
  ready: z.boolean(),
  token: z.int().min(0),
  latestCreated: z.string().nullable(),
  latestReady: z.string().nullable(),
  traffic: z.array(z.strictObject({ revision: z.string(), percent: z.number().min(0).max(100) })),
  revisions: z.record(z.string(), revisionSchema),
});
const registrySchema = z.strictObject({
  schema: z.literal('highnoon.registry/1'),
  services: z.record(z.string(), serviceSchema),
});

export type RegisteredRevision = z.infer<typeof revisionSchema>;
export type RegisteredService = z.infer<typeof serviceSchema>;
export type Registry = z.infer<typeof registrySchema>;

const EMPTY: Registry = { schema: 'highnoon.registry/1', services: {} };

/** Another value whenever anything of the service is another, whoever changed it, a person with an editor included. */
export const etagOf = (service: RegisteredService): string => digestOf(service).slice('sha256:'.length, 23);

/** `DATA/registry.json`: which revisions of which services exist and where traffic goes, in a file that a person can read and edit. */
export class RegistryFile {
  readonly #file: string;
  readonly #lock: FolderLock;

  constructor(file: string) {
    this.#file = file;
    this.#lock = new FolderLock(`${file}.lock`);
  }

  /** An absent file is an empty registry. Throws `invalid` when it cannot be read as one. */
  read(): Registry {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY;
      throw new PortError('services', 'permission-denied', 'registry.json cannot be read', { cause: error });
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new PortError('services', 'invalid', 'registry.json is not JSON', { cause });
    }
    const parsed = registrySchema.safeParse(value);
    if (parsed.success) return parsed.data;
    const what = z.prettifyError(parsed.error).replaceAll('\n', ' ').slice(0, 300);
    throw new PortError('services', 'invalid', `registry.json: ${what}`);
  }

  /** Reads, changes and puts the whole file in place, while no other process does. */
  change(work: (registry: Registry) => Registry): void {
    this.#lock.run(() => {
      const before = this.read();
      const after = work(before);
      if (after === before) return;
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(`${this.#file}.new`, `${JSON.stringify(registrySchema.parse(after), null, 2)}\n`);
      renameSync(`${this.#file}.new`, this.#file);
    });
  }

  close(): void {
    this.#lock.close();
  }
}

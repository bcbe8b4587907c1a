import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { epochMs, type Instant, instant, plusSeconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectsPort } from '../../ports/objects.ts';
import { startGitServer } from './git-server.ts';
import { sampleBatches } from './sample/batches.ts';
import { SAMPLE_CONFIGURATION } from './sample/configuration.yaml.ts';
import { commitToSampleRepositories, makeSampleRepositories } from './sample/repositories.ts';
import { createServiceFaults } from './sample/service-faults.ts';
import { type SampleServices, startSampleServices } from './sample-services.ts';

/** What a day of the sample world starts from; each part is written by its own adapter's seed. */
export interface SampleSeeds {
  /** Called once for each new date, with the morning of that date. */
  readonly onNewDay: (morning: Instant, isFirstDay: boolean) => Promise<void>;
}

export interface SampleWorld {
  readonly services: SampleServices;
  /** The token that the reasoning gateway asks for, made anew by each process. */
  readonly gatewayToken: string;
  resolve(address: string): string | undefined;
  close(): Promise<void>;
}

export const worldFiles = (data: string) => ({
  configuration: join(data, 'herbitrage.yaml'),
  repositories: join(data, 'repositories'),
  serviceFaults: join(data, 'services.json'),
  dns: join(data, 'dns.json'),
  schedules: join(data, 'schedules.json'),
  registry: join(data, 'registry.json'),
  world: join(data, 'world.json'),
});

/** Writes the sample world's configuration on first use; a person's changes are never written over. */
export async function writeSampleConfiguration(data: string): Promise<string> {
  const { configuration } = worldFiles(data);
  if (!existsSync(configuration)) await writeWhole(configuration, SAMPLE_CONFIGURATION);
  return configuration;
}

interface WorldRecord {
  /** The mornings that were prepared. */
  readonly dates: readonly string[];
}

/** When people of the sample world come to work: commits, exports and evidence are from then. */
const MORNING_HOUR = 9;

/**
 * Prepares the world for the dates up to that of `now`, once each: a commit in every repository, new batches, fresh
 * evidence, a new candidate. Going on the next day is going on with the state that the last one left.
 */
export async function prepareSampleWorld(data: string, now: Instant, seeds: SampleSeeds): Promise<void> {
  const files = worldFiles(data);
  const known = await readWorld(files.world);
  const date = now.slice(0, 10);
  if (known.dates.includes(date)) return;
  const isFirstDay = known.dates.length === 0;
  const morning = plusSeconds(`${date}T00:00:00.000Z`, MORNING_HOUR * 3600);
  if (!isFirstDay && now < morning) return;
  await makeSampleRepositories(files.repositories);
  // Begun in the night, the world must have a past already; its first morning comes all the same.
  const isEarly = now < morning;
  const at = isEarly ? instant(epochMs(now) - 1000) : morning;
  await commitToSampleRepositories(files.repositories, at);
  await seeds.onNewDay(at, isFirstDay);
  const dates = [...known.dates, isEarly ? `before ${date}` : date];
  await writeWhole(files.world, `${JSON.stringify({ dates } satisfies WorldRecord)}\n`);
}

async function readWorld(file: string): Promise<WorldRecord> {
  if (!existsSync(file)) return { dates: [] };
  return JSON.parse(await readFile(file, 'utf8')) as WorldRecord;
}

/** Puts the morning's batches where the datasets' incoming folders are. */
export async function writeBatches(
  objects: ObjectsPort,
  incomingUri: (dataset: string) => string | undefined,
  morning: Instant,
): Promise<void> {
  for (const { dataset, lines } of sampleBatches(morning)) {
    const folder = incomingUri(dataset);
    if (folder === undefined) continue;
    const uri = `${folder}batch-${morning.slice(0, 10)}.ndjson`;
    await objects.write(uri, Buffer.from(`${lines.join('\n')}\n`), {
      when: 'any',
      contentType: 'application/x-ndjson',
    });
  }
}

/** Starts the world's servers on free ports. */
export async function startSampleWorld(
  data: string,
  clock: Clock,
  servingRevision: (service: string) => Promise<string | undefined>,
): Promise<SampleWorld> {
  const files = worldFiles(data);
  const gatewayToken = randomBytes(24).toString('hex');
  const services = await startSampleServices({
    clock,
    token: gatewayToken,
    state: createServiceFaults({ file: files.serviceFaults }),
    servingRevision,
  });
  const git = await startGitServer({ root: files.repositories });
  return {
    services,
    gatewayToken,
    resolve(address) {
      const repository = /^sample:\/\/git\/([A-Za-z0-9-]+)$/.exec(address)?.[1];
      return repository === undefined ? services.resolve(address) : git.url(repository);
    },
    async close() {
      await Promise.all([services.close(), git.close()]);
    },
  };
}

async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

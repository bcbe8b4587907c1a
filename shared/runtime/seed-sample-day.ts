import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { writeCollection } from '../adapters/local/collections.ts';
import type { LocalDocuments } from '../adapters/local/documents.ts';
import type { LocalMemory } from '../adapters/local/memory.ts';
import { sampleMemory } from '../adapters/local/sample/collections.ts';
import { writeSampleEvidence } from '../adapters/local/sample/evidence.ts';
import { seedSampleRisk } from '../adapters/local/sample/risk.ts';
import { seedSampleServices } from '../adapters/local/sample/services.ts';
import { worldFiles, writeBatches } from '../adapters/local/sample-world.ts';
import type { LocalServices } from '../adapters/local/services.ts';
import type { Configuration } from '../domain/configuration/index.ts';
import type { Instant } from '../domain/time.ts';
import { expectedSchedules } from '../operations/readiness/check-schedules.ts';
import type { ObjectsPort } from '../ports/objects.ts';

interface Parts {
  readonly data: string;
  readonly configuration: Configuration;
  readonly documents: LocalDocuments;
  readonly objects: ObjectsPort;
  readonly memory: LocalMemory;
  readonly services: LocalServices;
}

/** What is new in the sample world on the morning of a date. */
export async function seedSampleDay(parts: Parts, morning: Instant, isFirstDay: boolean): Promise<void> {
  const { configuration, objects, data } = parts;
  const { schedules } = worldFiles(data);
  if (!existsSync(schedules)) {
    const jobs = expectedSchedules(configuration.deployment.environment).map(({ name, cron, timeZone, body }) => ({
      name,
      cron,
      timeZone,
      state: 'enabled',
      topic: name,
      body,
    }));
    await writeFile(schedules, `${JSON.stringify(jobs, null, 2)}\n`);
  }
  seedSampleServices(parts.services, morning, isFirstDay);
  await writeBatches(
    objects,
    (name) => configuration.datasets.find((dataset) => dataset.name === name)?.incoming_uri,
    morning,
  );
  await writeSampleEvidence(parts, morning, true);
  await seedSampleRisk(data, objects, morning);
}

/** How often the sample world's memory is written to: its snapshots are judged by how young it is. */
const MEMORY_HOURS = 6;

/** The memory as the sample world's users have left it by now; what a person loaded stays as it was loaded. */
export async function renewSampleMemory(
  { documents, memory }: Pick<Parts, 'documents' | 'memory'>,
  now: Instant,
): Promise<void> {
  const hour = Math.floor(Number(now.slice(11, 13)) / MEMORY_HOURS) * MEMORY_HOURS;
  const at = `${now.slice(0, 10)}T${String(hour).padStart(2, '0')}:00:00.000Z`;
  for (const [collection, records] of Object.entries(sampleMemory(at))) {
    const known = await documents.get<{ readonly updatedAt?: Instant }>(`collections/${collection}`);
    if (known?.updatedAt === at || (await memory.isLoaded(collection))) continue;
    await writeCollection(documents, collection, records, at);
  }
}

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { writeCollection } from '../adapters/local/collections.ts';
import type { LocalDocuments } from '../adapters/local/documents.ts';
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
  await writeSampleEvidence(parts, morning);
  await seedSampleRisk(data, objects, morning);
  for (const [collection, records] of Object.entries(sampleMemory(morning)))
    await writeCollection(parts.documents, collection, records, morning);
}

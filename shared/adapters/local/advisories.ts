import { z } from 'zod';
import { asOsvRecord, type OsvRecord } from '../../domain/advisories/record.ts';
import { RATINGS } from '../../domain/advisories/severity.ts';
import type { AdvisoriesPort, ImageScan } from '../../ports/advisories.ts';
import type { Clock } from '../../ports/clock.ts';
import { createOsvAdvisories } from '../osv/index.ts';
import { type OsvServer, startOsvServer } from './osv-server.ts';
import { readWorldFile } from './world-file.ts';

const recordsSchema = z.array(
  z.unknown().transform((value, context): OsvRecord => {
    const record = asOsvRecord(value);
    if (record !== undefined) return record;
    context.addIssue({ code: 'custom', message: 'an OSV record has an id and a time of modification' });
    return z.NEVER;
  }),
);

const scansSchema = z.record(
  z.string(),
  z.strictObject({
    /** `always`: whenever it is looked at, it was scanned just then. */
    scannedAt: z.union([z.literal('always'), z.iso.datetime(), z.null()]),
    found: z
      .array(
        z.strictObject({
          id: z.string(),
          rating: z.enum([...RATINGS, 'unknown']),
          packageName: z.string(),
          fixedIn: z.string().nullable().default(null),
        }),
      )
      .default([]),
  }),
);

export interface LocalAdvisories extends AdvisoriesPort {
  close(): Promise<void>;
}

/**
 * `DATA/advisories.json` behind an OSV-compatible server of its own, started with the first question: the sample world is
 * asked over the wire as the real source is, and answers what a person wrote into the file a moment ago.
 */
export function createLocalAdvisories(options: {
  readonly file: string;
  /** `DATA/image-scans.json`: by image, with `*` for all others. */
  readonly scans: string;
  readonly clock: Clock;
}): LocalAdvisories {
  let started: Promise<{ server: OsvServer; port: AdvisoriesPort }> | undefined;
  const open = async (): Promise<AdvisoriesPort> => {
    const records = readWorldFile('advisories', options.file, recordsSchema);
    started ??= startOsvServer({ records }).then((server) => {
      const port = createOsvAdvisories({ fetch, baseUrl: server.origin, dataUrl: server.origin });
      return { server, port };
    });
    const { server, port } = await started;
    server.setRecords(records);
    return port;
  };
  return {
    query: async (packages, asked) => (await open()).query(packages, asked),
    records: async (refs, asked) => (await open()).records(refs, asked),
    newestChangeAt: async (ecosystem, asked) => (await open()).newestChangeAt(ecosystem, asked),
    imageScan: async (image): Promise<ImageScan> => {
      const scans = readWorldFile('advisories', options.scans, scansSchema);
      const scan = scans[image] ?? scans['*'];
      if (scan === undefined) return { scannedAt: null, found: [] };
      return { ...scan, scannedAt: scan.scannedAt === 'always' ? options.clock.now() : scan.scannedAt };
    },
    close: async () => {
      if (started !== undefined) await (await started).server.close();
    },
  };
}

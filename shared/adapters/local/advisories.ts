import { z } from 'zod';
import { asOsvRecord, type OsvRecord } from '../../domain/advisories/record.ts';
import type { AdvisoriesPort } from '../../ports/advisories.ts';
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

export interface LocalAdvisories extends AdvisoriesPort {
  close(): Promise<void>;
}

/**
 * `DATA/advisories.json` behind an OSV-compatible server of its own, started with the first question: the sample world is
 * asked over the wire as the real source is, and answers what a person wrote into the file a moment ago.
 */
export function createLocalAdvisories(options: { readonly file: string }): LocalAdvisories {
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
    close: async () => {
      if (started !== undefined) await (await started).server.close();
    },
  };
}

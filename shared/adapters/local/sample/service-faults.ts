import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UsageError } from '../../../domain/errors.ts';

/** The servers of the sample world: five services and the shop that people buy from. */
export const SAMPLE_SERVICES = [
  'integration-service',
  'age-verification-gate',
  'reasoning-gateway',
  'voice-service',
  'mcp-broker',
  'shop',
] as const;
export type SampleService = (typeof SAMPLE_SERVICES)[number];

const path = z.string().startsWith('/');

/** What is wrong with a server at the moment; an empty object is a server in good health. */
const faultSchema = z.strictObject({
  /** Answered to everything instead of what would be. */
  status: z.int().min(200).max(599).optional(),
  /** Sent to everything instead of what would be. */
  body: z.string().optional(),
  /** The connection is closed without an answer. */
  down: z.boolean().optional(),
  /** Every answer waits so long, in milliseconds. */
  slowMs: z.int().min(0).max(600_000).optional(),
  /** Credentials are refused, right ones too. */
  unauthorised: z.boolean().optional(),
  /** Everything is sent on to there. */
  redirectTo: z.string().optional(),
  /** Health is told from made-up data, and says so by its mode. */
  mock: z.boolean().optional(),
  /** Health was found out so many minutes ago. */
  staleMinutes: z.int().min(1).optional(),
  /** The inventory is there and has nothing in it. */
  emptyInventory: z.boolean().optional(),
  /** Pages of the shop that lost their age gate. */
  ungatedPages: z.array(path).optional(),
  /** The shop believes a cookie that anybody can write. */
  acceptsForgedCookie: z.boolean().optional(),
  /** The shop's pages lost the locked compliance footer. */
  withoutFooter: z.boolean().optional(),
  /** Appears on every page of the shop. */
  pageText: z.string().optional(),
  /** Answered for certificates of analysis. */
  coaStatus: z.int().min(200).max(599).optional(),
  /** The fault is there only while this revision serves: a bad release, and a rollback that helps. */
  onlyRevision: z.string().optional(),
});
export type ServiceFault = z.infer<typeof faultSchema>;

const fileSchema = z.partialRecord(z.enum(SAMPLE_SERVICES), faultSchema);

export interface ServiceFaults {
  /** What is wrong with the server now; the file's word goes before what was set in the process. */
  of(service: SampleService): Promise<ServiceFault>;
  set(service: SampleService, fault: ServiceFault): void;
  clear(service: SampleService): void;
}

/**
 * Faults that a test sets in the process, or a person by writing `{"shop": {"status": 500}}` into a file. The file is
 * read for every request, so that an edit counts at once; it may be absent.
 */
export function createServiceFaults(options: { readonly file?: string } = {}): ServiceFaults {
  const inProcess = new Map<SampleService, ServiceFault>();
  return {
    async of(service) {
      const written = options.file === undefined ? {} : await readFaults(options.file);
      return { ...inProcess.get(service), ...written[service] };
    },
    set(service, fault) {
      inProcess.set(service, parsed(`fault of ${service}`, faultSchema, fault));
    },
    clear(service) {
      inProcess.delete(service);
    },
  };
}

async function readFaults(file: string): Promise<z.infer<typeof fileSchema>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError('services.json: not JSON; an object such as {"shop": {"status": 500}} is allowed');
  }
  return parsed('services.json', fileSchema, value);
}

function parsed<T>(where: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UsageError(`${where}: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`);
}

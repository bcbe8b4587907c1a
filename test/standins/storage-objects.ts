import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32c, crc32cText } from '../../shared/adapters/gcp/crc32c.ts';

/** What an object of the stand-in is, and what Cloud Storage refuses to do with it. */
export interface Stored {
  readonly bytes: Buffer;
  readonly generation: number;
  metageneration: number;
  readonly timeCreated: string;
  contentType: string;
  storageClass: string;
  metadata: Record<string, string>;
  temporaryHold: boolean;
}
export type Resource = Partial<Pick<Stored, 'contentType' | 'storageClass' | 'metadata' | 'temporaryHold'>> & {
  crc32c?: string;
  name?: string;
};

export class Refusal extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export function refuseUnmet(found: Stored | undefined, match: string | null): void {
  if (match === null) return;
  if (match === '0' ? found !== undefined : String(found?.generation) !== match) unmet();
}

export function expect(found: Stored, match: string | null): void {
  if (match !== null && String(found.generation) !== match) unmet();
}

function unmet(): never {
  throw new Refusal(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.');
}

export function unheld({ temporaryHold }: Stored): void {
  if (temporaryHold) throw new Refusal(403, 'forbidden', 'the object is under active hold');
}

export function resourceOf(bucket: string, name: string, stored: Stored): unknown {
  const { bytes, generation, metageneration, temporaryHold, ...rest } = stored;
  return {
    kind: 'storage#object',
    bucket,
    name,
    generation: String(generation),
    metageneration: String(metageneration),
    size: String(bytes.length),
    crc32c: crc32cText(crc32c(bytes)),
    updated: rest.timeCreated,
    ...(temporaryHold ? { temporaryHold } : {}),
    ...rest,
  };
}

export function multipart(body: Buffer, contentType: string): { resource: Resource; bytes: Buffer } {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1] ?? '';
  const marks: number[] = [];
  for (let at = body.indexOf(`--${boundary}`); at !== -1; at = body.indexOf(`--${boundary}`, at + 1)) marks.push(at);
  const part = (index: number): Buffer => {
    const whole = body.subarray((marks[index] ?? 0) + boundary.length + 4, (marks[index + 1] ?? 0) - 2);
    return whole.subarray(whole.indexOf('\r\n\r\n') + 4);
  };
  return { resource: JSON.parse(part(0).toString()) as Resource, bytes: part(1) };
}

export async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

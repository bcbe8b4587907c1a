import { PortError } from '../domain/errors.ts';
import type { ObjectsPort } from '../ports/objects.ts';

/**
 * Writes an object whose name says its content, also over one that is there already: that makes a new generation, and a
 * sweep that judged the old one to be unreferenced then cannot remove it any more.
 */
export async function putContent(
  objects: ObjectsPort,
  uri: string,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  await objects.write(uri, bytes, {
    when: 'any',
    contentType: 'application/octet-stream',
    ...(signal ? { signal } : {}),
  });
}

export async function readAll(
  objects: ObjectsPort,
  uri: string,
  range: { start: number; end: number } | undefined,
  signal?: AbortSignal,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const options = { ...(range ?? {}), ...(signal ? { signal } : {}) };
  for await (const part of objects.read(uri, options)) {
    parts.push(part);
    length += part.length;
  }
  const first = parts[0];
  const bytes =
    parts.length === 1 && first
      ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
      : Buffer.concat(parts, length);
  // A store may count the end of a range as part of it.
  return range && length > range.end - range.start ? bytes.subarray(0, range.end - range.start) : bytes;
}

export function isMissing(error: unknown): boolean {
  return error instanceof PortError && error.code === 'not-found';
}

import { PortError } from '../domain/errors.ts';
import type { ObjectsPort } from '../ports/objects.ts';

const TRIES = 4;

/**
 * Writes an object whose name says its content. One that is there already is written anew, over exactly that
 * generation: a sweep that judged the old generation to be unreferenced then cannot remove it any more.
 */
export async function putContent(
  objects: ObjectsPort,
  uri: string,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const present = attempt === 1 ? undefined : await objects.stat(uri);
    try {
      await objects.write(uri, bytes, {
        when: present ? { generation: present.generation } : 'absent',
        contentType: 'application/octet-stream',
        ...(signal ? { signal } : {}),
      });
      return;
    } catch (error) {
      if (!(error instanceof PortError && error.code === 'precondition-failed') || attempt === TRIES) throw error;
    }
  }
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

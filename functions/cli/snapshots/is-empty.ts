import type { Instant } from '../../../shared/domain/time.ts';
import type { MemoryPort } from '../../../shared/ports/memory.ts';

/** Whether a collection of the memory holds no document; one that was never written is empty. Reads one document at most. */
export async function isEmptyCollection(memory: MemoryPort, collection: string, now: Instant): Promise<boolean> {
  for await (const _document of memory.capture(collection, { readTime: `${now.slice(0, 16)}:00.000Z` })) return false;
  return true;
}

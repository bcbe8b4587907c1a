import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Messenger } from '../../ports/messenger.ts';

/** Nobody is paged from one's own machine: what would be told is appended to `DATA/escalations.ndjson`, for a person to read. */
export function createLocalMessenger(data: string): Messenger {
  return {
    async send(escalation) {
      await mkdir(data, { recursive: true });
      await appendFile(join(data, 'escalations.ndjson'), `${JSON.stringify(escalation)}\n`);
      return { channels: ['file'] };
    },
  };
}

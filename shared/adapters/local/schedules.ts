import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PortError } from '../../domain/errors.ts';
import type { SchedulesPort } from '../../ports/schedules.ts';

const scheduleSchema = z.array(
  z.strictObject({
    name: z.string(),
    cron: z.string(),
    timeZone: z.string(),
    state: z.enum(['enabled', 'paused', 'disabled', 'failing', 'unknown']),
    topic: z.string().nullable(),
    body: z.string().nullable(),
  }),
);

/** The schedules of the sample world, from a file that a person can edit: pause one and see what T-90 says. */
export function createLocalSchedules(file: string): SchedulesPort {
  return {
    async list() {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (cause) {
        throw new PortError(
          'schedules',
          'not-found',
          `the list of schedules cannot be read: ${file.split('/').at(-1)}`,
          { cause },
        );
      }
      const parsed = scheduleSchema.safeParse(parseJson(text));
      if (!parsed.success)
        throw new PortError(
          'schedules',
          'invalid',
          `the list of schedules is not valid: ${parsed.error.issues[0]?.message}`,
        );
      return parsed.data;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

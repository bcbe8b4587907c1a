import type { CloudEvent } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { relay } from '../engine/relay.ts';
import { clean } from '../envelope/parse-envelope.ts';
import { theRuntime } from './the-runtime.ts';

const messageSchema = z.object({ message: z.object({ data: z.string().max(350_000) }) });
const escalationSchema = z.object({
  id: z
    .string()
    .min(1)
    .max(200)
    .refine((id) => !/[/]|\.\./.test(id)),
});

/** The CloudEvent handler of the relay. A message that names no stored escalation is told to the log and acknowledged. */
export function relayHandler(): (event: CloudEvent<unknown>) => Promise<void> {
  return async (event) => {
    const runtime = await theRuntime();
    await runtime.refreshClock();
    const { engine, messenger } = runtime;
    const id = escalationIdOf(event.data);
    const outcome = id === undefined ? 'malformed' : await relay(engine, messenger, id);
    const isOdd = outcome === 'malformed' || outcome === 'unknown-escalation';
    engine.log.write(isOdd ? 'WARNING' : 'INFO', `relay: ${outcome}`, {
      escalation: id === undefined ? null : clean(id),
    });
  };
}

function escalationIdOf(data: unknown): string | undefined {
  const wrapper = messageSchema.safeParse(data);
  if (!wrapper.success) return undefined;
  try {
    const body = escalationSchema.safeParse(
      JSON.parse(Buffer.from(wrapper.data.message.data, 'base64').toString('utf8')),
    );
    return body.success ? body.data.id : undefined;
  } catch {
    return undefined;
  }
}

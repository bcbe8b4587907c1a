import { type Instant, plusSeconds } from '../../../domain/time.ts';

/** Records of the sample world's memory collections, as of a morning. */
export function sampleMemory(
  morning: Instant,
): Record<string, { readonly _id: string; readonly [field: string]: unknown }[]> {
  const users = Array.from({ length: 20 }, (_, index) => `user-${String(index).padStart(3, '0')}`);
  return {
    behavioral: users.flatMap((userId, index) =>
      ['view', 'ask', 'save'].map((type, step) => ({
        _id: `${userId}-${step}`,
        userId,
        type,
        at: plusSeconds(morning, -(index * 60 + step)),
        schema: 'behavioral.v1',
      })),
    ),
    context: users.slice(0, 8).map((userId, index) => ({
      _id: `ctx-${userId}`,
      userId,
      updatedAt: plusSeconds(morning, -index * 30),
      summary: `Session ${index}`,
      schema: 'context.v1',
    })),
    preference: users.map((userId, index) => ({
      _id: userId,
      userId,
      updatedAt: plusSeconds(morning, -index * 90),
      channel: index % 2 === 0 ? 'email' : 'sms',
      tone: 'brief',
      schema: 'preference.v1',
    })),
  };
}

import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { targetSlot } from '../domain/admission.ts';
import { isPhaseName, PHASE_NAMES, type PhaseName } from '../domain/catalog.ts';
import { strikeOut, strikeSecrets } from '../domain/configuration/secrets.ts';
import { sha256 } from '../domain/json.ts';
import { type Instant, parseInstant, plusSeconds, secondsBetween } from '../domain/time.ts';
import { TRIGGER_KINDS, type Trigger } from '../domain/trigger.ts';

/** What Pub/Sub pushes, as functions-framework hands it over: the CloudEvent's data and its source. */
export interface Envelope {
  /** `//pubsub.googleapis.com/projects/P/topics/T`, or without a topic when the push URL names none. */
  readonly source: string | undefined;
  /** The CloudEvent's id: Pub/Sub's message id. */
  readonly id: string | undefined;
  readonly data: unknown;
}

export interface Expectation {
  readonly phase: PhaseName;
  /** Topic id: `highnoon-t-90-prep`. */
  readonly topic: string;
  readonly now: Instant;
}

export type Parsed =
  | { readonly ok: true; readonly trigger: Trigger }
  | { readonly ok: false; readonly why: string; readonly evidence: QuarantineRecord };

/** What is kept of a message that nobody could have sent rightly: enough to look into, too little to fill a store. */
export interface QuarantineRecord {
  readonly id: string;
  readonly at: Instant;
  readonly phase: PhaseName;
  readonly why: string;
  readonly source: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly head: string;
  /** The store may forget it after this. */
  readonly expireAt: Instant;
}

const MAX_DATA_BYTES = 1024;
const MAX_ATTRIBUTES = 16;
const MAX_ATTRIBUTE_BYTES = 256;
/** Pub/Sub keeps an unacknowledged message for seven days; an older publish time is none of Pub/Sub's. */
const MAX_AGE_SECONDS = 8 * 86_400;
const MAX_EARLY_SECONDS = 60;
const MAX_HEAD_CHARACTERS = 1500;
const KEPT_SECONDS = 90 * 86_400;

const noReservedName = (text: string) => !/[/\\]|\.\.|__.*__|[\u0000-\u001f\u007f]/.test(text);
const safeText = (max: number) =>
  z.string().check(z.maxLength(max), z.refine(noReservedName, 'holds a reserved or control character'));
const noControlCharacter = (text: string) => !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text);

// The small form of zod, and its one language: a cold process that refuses a message loads nothing larger than this.
z.config(en());
const bodySchema = z.strictObject({
  phase: z.string().check(z.maxLength(64)),
  trigger: z.optional(z.enum(TRIGGER_KINDS)),
  runId: z.optional(safeText(128)),
  shard: z.optional(safeText(200)),
  dryRun: z.optional(z.boolean()),
  rerun: z.optional(z.boolean()),
  slot: z.optional(z.string().check(z.maxLength(40))),
  reason: z.optional(z.string().check(z.maxLength(500), z.refine(noControlCharacter, 'holds a control character'))),
});

/** The one reader of base64 and attributes. Never throws: what is wrong with a message is said, with a piece of it. */
export function parseEnvelope(envelope: Envelope, expected: Expectation): Parsed {
  const refuse = (why: string): Parsed => ({
    ok: false,
    why: shown(why),
    evidence: quarantine(envelope, expected, why),
  });
  const wrapper = asRecord(envelope.data);
  const message = asRecord(wrapper?.message);
  if (message === undefined) return refuse('it has no Pub/Sub message');
  const topic = /\/topics\/([^/]+)$/.exec(envelope.source ?? '')?.[1];
  if (topic !== undefined && topic !== expected.topic)
    return refuse(`it came from topic ${clean(topic)}; ${expected.topic} is allowed`);
  const attributes = attributesFault(message.attributes);
  if (attributes !== undefined) return refuse(attributes);
  const publishedAt =
    typeof message.publishTime === 'string'
      ? parseInstant(message.publishTime)
      : typeof message.publish_time === 'string'
        ? parseInstant(message.publish_time)
        : undefined;
  if (publishedAt === undefined) return refuse('it has no publish time');
  if (publishedAt > plusSeconds(expected.now, MAX_EARLY_SECONDS))
    return refuse(`its publish time ${publishedAt} is in the future`);
  if (secondsBetween(publishedAt, expected.now) > MAX_AGE_SECONDS)
    return refuse(`its publish time ${publishedAt} is too old`);
  const messageId = firstText(message.messageId, message.message_id, envelope.id);
  if (messageId === undefined || messageId.length > 128)
    return refuse('it has no message id of at most 128 characters');
  const body = decodeBody(message.data);
  if (typeof body === 'string') return refuse(body);
  return toTrigger(body.value, { publishedAt, messageId }, expected, refuse);
}

function toTrigger(
  value: unknown,
  meta: { publishedAt: Instant; messageId: string },
  expected: Expectation,
  refuse: (why: string) => Parsed,
): Parsed {
  const parsed = bodySchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`its data is not allowed: ${issue?.path.join('.') || 'data'}: ${issue?.message ?? 'invalid'}`);
  }
  const { phase, trigger, runId, shard, dryRun, rerun, slot, reason } = parsed.data;
  if (!isPhaseName(phase)) return refuse(`phase '${clean(phase)}' is unknown; allowed are ${PHASE_NAMES.join(', ')}`);
  if (phase !== expected.phase) return refuse(`it is for ${phase}, and this function is ${expected.phase}`);
  const slotDueAt = slot === undefined ? undefined : parseInstant(slot);
  if (slot !== undefined && slotDueAt === undefined) return refuse(`slot '${clean(slot)}' is not an RFC 3339 time`);
  if (trigger === 'continuation' && runId === undefined) return refuse('a continuation names its run');
  if (trigger !== 'continuation' && runId !== undefined) return refuse('only a continuation names a run');
  if (shard !== undefined && runId === undefined) return refuse('a shard is of a run, which the message does not name');
  const asked: Trigger = {
    phase,
    kind: trigger ?? 'manual',
    ...meta,
    dryRun: dryRun ?? false,
    rerun: rerun ?? false,
    ...(runId === undefined ? {} : { runId }),
    ...(shard === undefined ? {} : { shard }),
    ...(slotDueAt === undefined ? {} : { slotDueAt }),
    ...(reason === undefined ? {} : { reason: strikeSecrets(reason) }),
  };
  if (targetSlot(asked) === undefined)
    return refuse(`it names ${runId ?? slotDueAt}, which the schedule of ${phase} does not have`);
  return { ok: true, trigger: asked };
}

function attributesFault(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const attributes = asRecord(value);
  if (attributes === undefined) return 'its attributes are not a map';
  const entries = Object.entries(attributes);
  if (entries.length > MAX_ATTRIBUTES) return `it has ${entries.length} attributes; ${MAX_ATTRIBUTES} are allowed`;
  const tooLong = entries.find(
    ([key, text]) => typeof text !== 'string' || Buffer.byteLength(key) + Buffer.byteLength(text) > MAX_ATTRIBUTE_BYTES,
  );
  return tooLong === undefined
    ? undefined
    : `attribute '${clean(tooLong[0])}' is not a text of at most ${MAX_ATTRIBUTE_BYTES} bytes`;
}

/** Made once: making one takes longer than what a refusal does with it. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Decodes the data; a text says what is wrong. functions-framework may have decoded it already. */
function decodeBody(data: unknown): { readonly value: unknown } | string {
  if (typeof data !== 'string' || data === '') return 'it has no data';
  if (data.length > MAX_DATA_BYTES * 1.4) return `its data is larger than ${MAX_DATA_BYTES} bytes`;
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(data)) return 'its data is not base64';
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length > MAX_DATA_BYTES) return `its data has ${bytes.length} bytes; ${MAX_DATA_BYTES} are allowed`;
  try {
    return { value: JSON.parse(utf8.decode(bytes)) as unknown };
  } catch {
    return 'its data is not JSON in UTF-8';
  }
}

function quarantine(envelope: Envelope, { phase, now }: Expectation, why: string): QuarantineRecord {
  const text = safeStringify(envelope.data);
  const digest = sha256(text);
  return {
    id: digest.slice(0, 40),
    at: now,
    phase,
    why: shown(why).slice(0, 300),
    source: shown(envelope.source ?? '').slice(0, 200),
    sha256: digest,
    bytes: Buffer.byteLength(text),
    head: shown(text).slice(0, MAX_HEAD_CHARACTERS),
    expireAt: plusSeconds(now, KEPT_SECONDS),
  };
}

function safeStringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return 'unprintable';
  }
}

/** What a stranger sends may be a secret that came the wrong way, encoded or not: its digest proves it, its letters do not stay. */
const shown = (text: string): string => strikeOut(clean(text));

/** Control characters never reach a log or a store. */
export const clean = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?').slice(0, 2048);

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

const firstText = (...values: unknown[]): string | undefined =>
  values.find((value): value is string => typeof value === 'string' && value !== '');

import { z } from 'zod';
import { PHASE_NAMES } from '../../domain/catalog.ts';
import { ENDINGS } from '../../domain/ending.ts';
import { VERDICTS } from '../../domain/verdict.ts';
import { API_ERROR_CODES } from './errors.ts';

/** The shapes of what the API answers. Fields may be added, so none of them is closed. */
const verdict = z.enum(VERDICTS).nullable();
const ending = z.enum(ENDINGS).nullable();
const exitCode = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(4)]);
const finding = z.looseObject({
  id: z.string(),
  verdict: z.enum(VERDICTS),
  severity: z.string(),
  subject: z.string(),
  message: z.string(),
  remedy: z.string(),
});
const evidence = z.looseObject({
  subject: z.string(),
  request: z.string(),
  observedAt: z.string(),
  digest: z.string().optional(),
});

const slot = z.looseObject({
  slot: z.string(),
  phase: z.enum(PHASE_NAMES),
  runId: z.string().nullable(),
  attempt: z.int().nullable(),
  status: z.enum(['none', 'waiting', 'running', 'concluded']),
  ending,
  verdict,
  exitCode: exitCode.nullable(),
  dueAt: z.string(),
  latenessSeconds: z.number().nullable(),
});

export const ANSWERS = {
  Status: z.looseObject({
    schema: z.literal('highnoon.status/1'),
    date: z.string(),
    slots: z.array(slot),
    hold: z.looseObject({ status: z.enum(['active', 'released', 'expired']), reason: z.string() }).nullable(),
    lockdown: z.looseObject({ active: z.boolean(), epoch: z.int(), cause: z.string(), reason: z.string() }),
    ticket: z.looseObject({ id: z.string(), status: z.string() }).nullable(),
    overrides: z.array(z.looseObject({ id: z.string(), findingId: z.string(), actor: z.string(), until: z.string() })),
    waivers: z.array(z.looseObject({ id: z.string(), guardrail: z.string(), owner: z.string(), until: z.string() })),
    nextHighNoon: z.string(),
  }),
  Report: z.looseObject({
    schema: z.literal('highnoon.report/1'),
    date: z.string(),
    SYNC_TIMESTAMP: z.string(),
    NEXT_HIGH_NOON: z.string(),
    ending,
    verdict,
  }),
  DryRunAsked: z.looseObject({
    schema: z.literal('highnoon.dry-run-asked/1'),
    phase: z.enum(PHASE_NAMES),
    slot: z.string(),
    message: z.string(),
    follow: z.string(),
  }),
  Run: z.looseObject({
    schema: z.literal('highnoon.run/1'),
    phase: z.enum(PHASE_NAMES),
    slot: z.string(),
    runId: z.string(),
    attempt: z.int(),
    status: z.enum(['none', 'waiting', 'running', 'concluded']),
    ending,
    verdict,
    exitCode,
    dryRun: z.boolean(),
    operations: z.array(
      z.looseObject({
        name: z.string(),
        kind: z.enum(['check', 'action']),
        verdict: z.enum(VERDICTS),
        findings: z.array(finding),
        evidence: z.array(evidence),
      }),
    ),
    nextHighNoon: z.string(),
  }),
  Ledger: z.looseObject({
    schema: z.literal('highnoon.ledger/1'),
    scope: z.enum(['tail', 'whole']),
    intact: z.boolean(),
    entries: z.int(),
    firstBad: z.object({ seq: z.int(), what: z.string() }).nullable(),
    tail: z.array(
      z.looseObject({
        seq: z.int(),
        at: z.string(),
        kind: z.string(),
        subject: z.string(),
        actor: z.string(),
        hash: z.string(),
      }),
    ),
  }),
  Act: z.looseObject({
    schema: z.literal('highnoon.act/1'),
    act: z.string(),
    actor: z.string(),
    ok: z.literal(true),
    message: z.string(),
  }),
  Error: z.looseObject({
    schema: z.literal('highnoon.error/1'),
    error: z.enum(API_ERROR_CODES),
    message: z.string(),
    mistakes: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
} as const;
export type AnswerName = keyof typeof ANSWERS;

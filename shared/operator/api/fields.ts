import { z } from 'zod';
import { PHASE_NAMES } from '../../domain/catalog.ts';
import type { Configuration } from '../../domain/configuration/index.ts';
import { NOON_TEXTS, noonDateOf } from '../../domain/noon-date.ts';
import { parseSlotId, slotAt } from '../../domain/slot.ts';
import { isDate, parseInstant } from '../../domain/time.ts';

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !CONTROL.test(text), 'holds a control character');

/** Why; it stands in the ledger for ever, so a control character that hides a part of it is refused. */
export const reason = line(500).describe('Why; it stands in the ledger.');
export const phase = z.enum(PHASE_NAMES).describe('One of the five phases.');
export const identifier = line(300);
export const time = z
  .string()
  .max(40)
  .refine((text) => parseInstant(text) !== undefined, 'is not an RFC 3339 time such as 2026-11-24T12:00:00Z')
  .describe('An RFC 3339 time.');

/** The date that a slot id, a time or a date is about. */
export function dateOfText(text: string): string | undefined {
  if (isDate(text)) return text;
  return (parseInstant(text) ?? parseSlotId(text)?.dueAt)?.slice(0, 10);
}

export const dayOrSlot = z
  .string()
  .max(80)
  .refine((text) => dateOfText(text) !== undefined, 'is not a date, a time or a slot id')
  .describe('A date, a time or a slot id; left out, today.');

export const noon = z
  .string()
  .max(80)
  .refine((text) => noonDateOf(text) !== undefined, `is not of a noon: ${NOON_TEXTS} is allowed`)
  .describe('A date, or the time or slot id of a noon; left out, that of today.');

/** The slot of T-90 or T-30 that a slot id or its time names. */
export function judgedSlotOf(text: string): string | undefined {
  const known = parseSlotId(text);
  if (known !== undefined) return known.slotId;
  const at = parseInstant(text);
  if (at === undefined) return undefined;
  return (slotAt('t-90-prep', at) ?? slotAt('t-30-final-check', at))?.slotId;
}

export const judgedSlot = z
  .string()
  .max(80)
  .refine((text) => judgedSlotOf(text) !== undefined, 'is not a slot of t-90-prep or t-30-final-check')
  .describe('The slot id, or the time of a slot of t-90-prep or t-30-final-check.');

/** A guardrail, or the guardrail that a finding is of. */
export function guardrailOf(finding: string, { guardrails }: Configuration): string {
  const known = guardrails.map(({ id }) => id);
  return known.includes(finding) ? finding : (finding.split('/').find((part) => known.includes(part)) ?? finding);
}

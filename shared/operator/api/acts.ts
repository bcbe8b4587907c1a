import { z } from 'zod';
import { noonDateOf } from '../../domain/noon-date.ts';
import { dateOf, parseInstant } from '../../domain/time.ts';
import { holdNoon, releaseNoon } from '../../engine/acts/hold.ts';
import { liftLockdown, lockDown } from '../../engine/acts/lockdown.ts';
import { grantOverride, grantWaiver } from '../../engine/acts/override.ts';
import type { Engine } from '../../engine/engine.ts';
import { type ActSpec, defineAct } from './act-spec.ts';
import { dayOrSlot, guardrailOf, identifier, judgedSlot, judgedSlotOf, noon, phase, reason, time } from './fields.ts';
import { askRerun } from './rerun.ts';
import { REVIEW_ACTS } from './review-acts.ts';

const dateFor = (engine: Engine, slot: string | undefined): string =>
  (slot === undefined ? undefined : noonDateOf(slot)) ?? dateOf(engine.clock.now());
const instantOf = (text: string): string => parseInstant(text) ?? text;

export type { ActSpec };

export const ACTS: readonly ActSpec<unknown>[] = [
  defineAct({
    name: 'hold',
    role: 'operator',
    summary: 'Noon of that date waits for a person.',
    body: z.strictObject({ reason, slot: noon.optional() }),
    perform: (engine, who, { slot, reason: why }) =>
      holdNoon(engine, who, { date: dateFor(engine, slot), reason: why }),
  }),
  defineAct({
    name: 'release',
    role: 'operator',
    summary: 'Lets a held noon go, inside the launch window.',
    body: z.strictObject({ reason, slot: noon.optional() }),
    perform: (engine, who, { slot, reason: why }) =>
      releaseNoon(engine, who, { date: dateFor(engine, slot), reason: why }),
  }),
  defineAct({
    name: 'override',
    role: 'operator',
    summary: 'Judges one failed or inconclusive finding of one slot as degraded in its next attempt.',
    body: z.strictObject({
      slot: judgedSlot,
      finding: identifier.describe('operation/subject/code'),
      until: time,
      reason,
    }),
    perform: (engine, who, { slot, finding, until, reason: why }) =>
      grantOverride(engine, who, {
        slotId: judgedSlotOf(slot) ?? slot,
        findingId: finding,
        until: instantOf(until),
        reason: why,
      }),
  }),
  defineAct({
    name: 'rerun',
    role: 'operator',
    summary: 'Asks for the next attempt of a slot that did not pass.',
    body: z.strictObject({ phase, slot: dayOrSlot.optional(), reason }),
    perform: (engine, who, body) => askRerun(engine, who, body),
  }),
  defineAct({
    name: 'lockdown',
    role: 'security',
    summary: 'Blocks everything that changes anything, now.',
    body: z.strictObject({ reason }),
    perform: (engine, who, { reason: why }) => lockDown(engine, who, { reason: why }),
  }),
  defineAct({
    name: 'unlock',
    role: 'security',
    summary: 'Lifts a lockdown, or for a compliance cause proposes to: another person completes it within the hour.',
    body: z.strictObject({
      epoch: z.int().min(0).describe('The lockdown that is meant: the epoch that the page and the status show.'),
      reason,
    }),
    perform: (engine, who, { epoch, reason: why }) => liftLockdown(engine, who, { epoch, reason: why }),
  }),
  defineAct({
    name: 'waive',
    role: 'security',
    summary: 'A dated exception to a guardrail; a critical one takes two people.',
    body: z.strictObject({
      finding: identifier.describe('The guardrail, or a finding of it.'),
      until: time,
      records: z.array(identifier).max(100).default([]).describe('Records it covers; empty: all.'),
      reason,
    }),
    perform: (engine, who, { finding, until, records, reason: why }) =>
      grantWaiver(engine, who, {
        guardrail: guardrailOf(finding, engine.configuration),
        records,
        until: instantOf(until),
        reason: why,
      }),
  }),
  ...REVIEW_ACTS,
];

export const actNamed = (name: string): ActSpec<unknown> | undefined => ACTS.find((act) => act.name === name);

/** Looks and writes nothing, so it is no act: service accounts may ask for it too. */
export const dryRunBody = z.strictObject({ phase, slot: dayOrSlot.optional() });

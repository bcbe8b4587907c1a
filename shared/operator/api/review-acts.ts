import { z } from 'zod';
import { isDate, parseInstant } from '../../domain/time.ts';
import { approveAccess, keepAccess, noteApplied } from '../../engine/acts/access.ts';
import { assignRisk, closeRisk, recordRestoreTest, waiveAdvisory } from '../../engine/acts/risk.ts';
import { type ActSpec, defineAct } from './act-spec.ts';
import { identifier, reason, time } from './fields.ts';

const proposal = identifier.describe('The id that the review gave it.');
const onProposal = z.strictObject({ proposal, reason });
const risk = identifier.describe('The id of the risk in the register.');
const date = z
  .string()
  .refine((text) => isDate(text), 'is not a date such as 2026-12-31')
  .describe('A date.');

/** What people do with what the weekly review found. */
export const REVIEW_ACTS: readonly ActSpec<unknown>[] = [
  defineAct({
    name: 'access-approve',
    role: 'security',
    summary:
      'Approves a change of access that the weekly review proposed; a person carries it out with their own rights.',
    body: onProposal,
    perform: (engine, who, { proposal: proposalId, reason: why }) =>
      approveAccess(engine, who, { proposalId, reason: why }),
  }),
  defineAct({
    name: 'access-keep',
    role: 'security',
    summary: 'Says that what the weekly review would take away is right as it is, until the next review date.',
    body: onProposal,
    perform: (engine, who, { proposal: proposalId, reason: why }) =>
      keepAccess(engine, who, { proposalId, reason: why }),
  }),
  defineAct({
    name: 'access-applied',
    role: 'security',
    summary:
      'Notes that an approved change of access was carried out; nothing is changed by it, the next review verifies.',
    body: onProposal,
    perform: (engine, who, { proposal: proposalId, reason: why }) =>
      noteApplied(engine, who, { proposalId, reason: why }),
  }),
  defineAct({
    name: 'risk-assign',
    role: 'operator',
    summary: 'Names who takes a risk on, and until when.',
    body: z.strictObject({ risk, owner: identifier.optional(), due: date.optional(), reason }),
    perform: (engine, who, { risk: riskId, owner, due, reason: why }) =>
      assignRisk(engine, who, { riskId, owner, dueDate: due, reason: why }),
  }),
  defineAct({
    name: 'risk-close',
    role: 'operator',
    summary: 'Closes a risk; a review that finds it again opens it again.',
    body: z.strictObject({ risk, reason }),
    perform: (engine, who, { risk: riskId, reason: why }) => closeRisk(engine, who, { riskId, reason: why }),
  }),
  defineAct({
    name: 'risk-waive',
    role: 'security',
    summary: 'A dated exception for one advisory, under any of its names.',
    body: z.strictObject({ advisory: identifier, until: time, reason }),
    perform: (engine, who, { advisory, until, reason: why }) =>
      waiveAdvisory(engine, who, { advisory, until: parseInstant(until) ?? until, reason: why }),
  }),
  defineAct({
    name: 'risk-tested',
    role: 'operator',
    summary: 'Records that a restore of a configured backup was tried and worked.',
    body: z.strictObject({
      backup: identifier,
      seconds: z.number().min(0).optional().describe('How long the restore took.'),
      reason,
    }),
    perform: (engine, who, { backup, seconds, reason: why }) =>
      recordRestoreTest(engine, who, { backup, seconds, reason: why }),
  }),
];

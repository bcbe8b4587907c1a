/** Guardrails: rules stated as claims, judged record by record over evidence that is streamed past them. */
export { type ConditionRecord, compileCondition } from './conditions.ts';
export type { EvidenceSource } from './evidence-source.ts';
export type { Fields } from './fields.ts';
export { identifierOf } from './identify.ts';
export { type Decision, type Judge, type Setting, Undecided } from './judge.ts';
export { decideForged, decideStatus } from './judge-answers.ts';
export { type AskingGuardrail, isAsking, judgesOf, partnerNeedOf, type ReadingGuardrail } from './judges.ts';
export { momentsRead, withMoments } from './moments.ts';
export { type Gap, type GuardrailState, type Outcome, observationsOf, resultOf, stateOf } from './outcome.ts';
export { Allowance, PARTNER_BYTES, PartnerIndex, type PartnerNeed, type Partners } from './partners.ts';
export { type Identify, SHOWN_RECORDS, Tally } from './tally.ts';
export { typedRecord } from './typed-record.ts';
export { type Cover, coverOf } from './waivers.ts';

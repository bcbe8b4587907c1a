/** The guardrails: rules that are stated as claims and judged against evidence. */
import { z } from 'zod';
import { guardrailKinds } from './guardrail-kinds.ts';
import { list } from './primitives.ts';

export const guardrailSchema = z.discriminatedUnion('check', guardrailKinds);
export type Guardrail = z.output<typeof guardrailSchema>;
export type GuardrailCheck = Guardrail['check'];
export type GuardrailOf<Check extends GuardrailCheck> = Extract<Guardrail, { check: Check }>;

/** Derived from the kinds, in their order. */
export const GUARDRAIL_CHECKS: readonly GuardrailCheck[] = guardrailKinds.map((kind) => kind.shape.check.value);

export const guardrailsSection = list(guardrailSchema, { least: 0, most: 500 }).default([]);

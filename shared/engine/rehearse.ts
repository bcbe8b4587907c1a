import { sha256 } from '../domain/json.ts';
import { makeSlot } from '../domain/slot.ts';
import type { Trigger } from '../domain/trigger.ts';
import { readForViolation, writeViolation } from './checkpoint.ts';
import { type Engine, phaseIn } from './engine.ts';
import { type LookResult, lookOnly } from './look-only.ts';
import { paths, writeLedger } from './records.ts';
import { transact } from './transact.ts';

/** What a rehearsal found, under an id of its own: it opens and closes no gate. */
export interface RehearsalRecord extends Omit<LookResult, 'wouldDo' | 'gate'> {
  readonly concludedAt: string;
}

/**
 * A run between slots: the checks alone. A violation it finds is evidence, so it locks down in the commit that stores
 * it. The id follows from the message, so a second delivery stores nothing new.
 */
export async function rehearse(engine: Engine, trigger: Trigger): Promise<LookResult> {
  const id = `${trigger.phase}@rehearsal-${numberOf(`${trigger.messageId}|${trigger.publishedAt}`)}`;
  const slot = { ...makeSlot(trigger.phase, trigger.publishedAt), slotId: id };
  const result = await lookOnly(engine, slot, 'rehearsal', { runId: `${id}#1` });
  await transact(engine, async (transaction) => {
    const known = await transaction.get<RehearsalRecord>(paths.rehearsal(id));
    const violation = await readForViolation(transaction);
    if (known !== undefined) return;
    const at = transaction.readAt;
    const { wouldDo: _nothing, gate: _gate, ...record } = result;
    transaction.create(paths.rehearsal(id), { ...record, concludedAt: at } satisfies RehearsalRecord);
    const line = { kind: 'rehearsed', subject: `${id}#1`, actor: 'engine', detail: { verdict: result.verdict } };
    if (result.verdict !== 'violated') {
      writeLedger(transaction, violation.head, [line], at);
      return;
    }
    const findings = result.checkpoints.flatMap((checkpoint) => checkpoint.findings);
    writeViolation(
      transaction,
      { runId: `${id}#1`, slot, phase: phaseIn(engine, trigger.phase) },
      { findings },
      violation,
      [line],
    );
  });
  return result;
}

/** Digits only: a name of letters and digits would be struck out of the logs as a secret. */
const numberOf = (text: string): string => BigInt(`0x${sha256(text).slice(0, 16)}`).toString();

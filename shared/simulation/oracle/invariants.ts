/** The invariants of every world, in words. A violation is told with its own. */
export const INVARIANTS = {
  I1: 'at every commit at most one holder has a live lease on a run, and at most one on a day’s T-90, T-30 and noon',
  I2: 'an intent of noon commits only while T-90 and T-30 are go, the ticket holds, nothing is held or locked, holder and token match, and no rollback has begun',
  I3: 'every slot has exactly one ending per attempt in its time, message or not',
  I4: 'tokens rise strictly over grants; every write to a run or effect carries the run’s token at commit time',
  I5: 'the tokens that a resource accepts never fall',
  I6: 'a concluded attempt never changes again',
  I7: 'an effect changes its resource at most once',
  I8: 'every observed effect has an earlier committed intent with the same id and arguments',
  I9: 'a checkpoint never changes, checkpoints appear in plan order, and a checkpointed operation never runs again',
  I10: 'after a rollback began no forward effect of that run is the final state of any resource',
  I11: 'the state before is pinned before the first intent, and rolled-back means read back as pinned',
  I12: 'a good ending means every planned effect verified; an ending without judgement means no effect at all',
  I13: 'no attempt starts after its window, and no intent of noon comes after the effect deadline',
  I14: 'with T-90 or T-30 not go there is no intent at that noon',
  I15: 'a noon that fails after an intent ends rolled back, locked, or with a failed rollback that locks down',
  I16: 'after a lockdown there is no forward intent, and what was open is compensated or proven absent before the run concludes',
  I17: 'a violation gives lockdown in the same commit, and exit code 4 on every path',
  I18: 'the lockdown epoch only rises, and a release has its people, reason and epoch',
  I19: 'once faults stop, every run concludes and the outbox empties in time',
  I20: 'an attempt has at most 12 stretches, 40 publishes and 200 KiB',
  I21: 'endings and effects are the same with metrics and senders failing',
  I22: 'every cause of a bad ending has exactly one escalation, created in the same commit and acknowledged in the end',
  I23: 'effects depend on configuration, stored state, publish time and topic alone; an invalid message writes a quarantine record and nothing else',
  I24: 'no planted secret appears in a log line, document, label, escalation or report',
  I25: 'the ledger is contiguous, its chain valid, with one entry per transition and per act, and truncation shows',
  once: 'a message works on at most one attempt, however often it is delivered',
  loud: 'the program never breaks a rule of its own',
} as const;
export type InvariantName = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: InvariantName;
  readonly words: string;
  readonly detail: string;
  readonly at: string;
}

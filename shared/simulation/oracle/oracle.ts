import type { DayRecord } from '../../domain/day.ts';
import { isGood } from '../../domain/ending.ts';
import type { Escalation } from '../../domain/escalation.ts';
import { type Anchor, EMPTY_HEAD, type LedgerEntry, type LedgerHead, verifyLedger } from '../../domain/ledger.ts';
import type { Lockdown } from '../../domain/lockdown.ts';
import type { AttemptRecord, Checkpoint, EffectRecord, SlotRecord } from '../../domain/run.ts';
import type { ShardRecord } from '../../domain/shard.ts';
import { paths } from '../../engine/records.ts';
import type { Commit } from '../documents.ts';
import type { WorldChange } from '../world.ts';
import { checkLines, onHead, onLockdown } from './controls.ts';
import { onChange, onEffect } from './effects.ts';
import { onBegin, onCheckpoint, onSlot } from './runs.ts';
import { onShard } from './shards.ts';
import { OracleState } from './state.ts';

/** Looks at every commit and every accepted change, the moment it is there. */
export class Oracle extends OracleState {
  readonly #lastTokens = new Map<string, number>();
  readonly endings: string[] = [];

  onCommit(commit: Commit): void {
    const { writes, before } = commit;
    let hasTransition = false;
    for (const [index, { path, data }] of writes.entries()) {
      const old = before[index];
      if (path.startsWith('slots/')) {
        const cut = path.indexOf('/', 6);
        if (cut === -1) {
          onSlot(this, old as SlotRecord | undefined, data as SlotRecord, commit);
          hasTransition = true;
        } else this.#onPart(path, path.slice(6, cut), path.slice(cut + 1), old, data, commit);
      } else if (path === paths.lockdown) {
        onLockdown(this, old as Lockdown | undefined, data as Lockdown);
        hasTransition = true;
      } else if (path === paths.head) onHead(this, old as LedgerHead | undefined, data as LedgerHead, commit);
      else if (path.startsWith('days/')) hasTransition = true;
    }
    if (hasTransition) checkLines(this, commit);
  }

  onChange(change: WorldChange): void {
    onChange(this, this.#lastTokens, change);
  }

  onForeign(target: string): void {
    this.foreignAt.set(target, this.gate.scheduler.now);
  }

  onBegin(slotId: string, attempt: number, operation: string): void {
    onBegin(this, slotId, attempt, operation);
  }

  #onPart(
    path: string,
    slotId: string,
    rest: string,
    old: object | undefined,
    data: object | undefined,
    commit: Commit,
  ): void {
    const [, number = '', kind] = rest.split('/');
    const attempt = Number(number);
    if (kind === 'effects')
      onEffect(this, slotId, attempt, old as EffectRecord | undefined, data as EffectRecord, commit);
    else if (kind === 'shards')
      onShard(this, slotId, attempt, old as ShardRecord | undefined, data as ShardRecord, commit);
    else if (kind === 'operations') onCheckpoint(this, slotId, attempt, old, data as Checkpoint, commit);
    else if (kind === undefined) {
      this.demand(old === undefined, 'I6', () => `${path} was written again`);
      const { concluded, runId } = data as AttemptRecord;
      if (concluded !== null) this.endings.push(`${runId} ${concluded.ending}`);
    }
  }

  /** When nothing moves any more: what must have been told was told, and what was put back stays put back. */
  atEnd(anchors: readonly Anchor[], isThorough: boolean): void {
    for (const run of this.runs.values()) {
      if (run.concludedAs !== 'rolled-back' && run.concludedAs !== 'locked') continue;
      for (const { target, pin, to } of run.effects.values()) {
        const isLeft =
          pin !== to &&
          this.lastMover.get(target) === run.runId &&
          this.world.valueAt(target) === to &&
          !this.isForeign(run, target);
        this.demand(!isLeft, 'I10', () => `${run.runId} ended ${run.concludedAs}, and ${target} is ${to} in the end`);
      }
    }
    this.#checkEscalations();
    if (isThorough) this.#checkLedger(anchors);
  }

  #checkEscalations(): void {
    const told = new Map<string, number>();
    for (const { data } of this.store.query<Escalation>('escalations', {})) {
      this.demand(data.acknowledgedAt !== null, 'I22', () => `escalation ${data.id} was never acknowledged`);
      for (const id of new Set([...(data.runId === null ? [] : [data.runId]), ...data.joined]))
        told.set(id, (told.get(id) ?? 0) + 1);
    }
    for (const { data: day } of this.store.query<DayRecord>('days', {})) {
      for (const { slotId, attempt, ending } of Object.values(day.slots)) {
        if (ending === null || isGood(ending)) continue;
        const count = told.get(`${slotId}#${attempt}`) ?? 0;
        this.demand(
          count === 1,
          'I22',
          () => `${slotId}#${attempt} ended ${ending} and is told by ${count} escalations`,
        );
      }
    }
  }

  #checkLedger(anchors: readonly Anchor[]): void {
    const entries = this.store.query<LedgerEntry>('ledger', {}).map(({ data }) => data);
    const head = this.store.get<LedgerHead>(paths.head) ?? EMPTY_HEAD;
    const { fault } = verifyLedger(entries, head, anchors);
    this.demand(fault === null, 'I25', () => `the ledger is broken at ${fault?.seq}: ${fault?.what}`);
  }
}

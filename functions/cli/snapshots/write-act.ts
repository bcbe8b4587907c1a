import { userInfo } from 'node:os';
import { EMPTY_HEAD, type LedgerHead, type LedgerLine } from '../../../shared/domain/ledger.ts';
import { paths, writeLedger } from '../../../shared/engine/records.ts';
import type { SnapshotWorld } from '../../../shared/runtime/local-snapshots.ts';
import { type Arguments, textOption } from '../arguments.ts';

/** Who acts at this machine: the name given, else the account. */
export const actorOf = (args: Arguments): string => textOption(args, 'actor') ?? `local:${userInfo().username}`;

/** One line in the ledger for what a person does to snapshots; written before the deed, so that none is without one. */
export async function writeActLine({ documents }: Pick<SnapshotWorld, 'documents'>, line: LedgerLine): Promise<void> {
  await documents.transact(async (transaction) => {
    const head = (await transaction.get<LedgerHead>(paths.head)) ?? EMPTY_HEAD;
    writeLedger(transaction, head, [line], transaction.readAt);
  });
}

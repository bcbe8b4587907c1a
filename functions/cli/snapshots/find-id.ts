import { UsageError } from '../../../shared/domain/errors.ts';
import { listStatuses } from '../../../shared/operations/snapshots/snapshot-status.ts';
import type { SnapshotStore } from '../../../shared/snapshots/index.ts';

/** The snapshot that a person names: its id, the beginning of it, or `latest`. */
export async function findId(store: SnapshotStore, text: string): Promise<string> {
  const ids = (await listStatuses(store)).map(({ id }) => id);
  if (text === 'latest' && ids[0] !== undefined) return ids[0];
  if (ids.includes(text)) return text;
  const matching = ids.filter((id) => text.length >= 4 && id.startsWith(text));
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only;
  const known = ids.length === 0 ? 'there is none' : `the newest are ${ids.slice(0, 5).join(', ')}`;
  throw new UsageError(`snapshot '${text}' ${matching.length > 1 ? 'is not one alone' : 'is unknown'}; ${known}`);
}

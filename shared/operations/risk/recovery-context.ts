import type { ContextOf } from '../define-operation.ts';

/** What a rehearsal of recovery looks at: snapshots with their keys, what noon did, and everything that a rollback would put back. */
export type RecoveryContext = ContextOf<'datasets' | 'history' | 'keys' | 'objects' | 'repositories' | 'services'>;

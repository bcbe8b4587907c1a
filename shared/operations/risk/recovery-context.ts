import type { ContextOf } from '../define-operation.ts';

/** What a rehearsal of recovery looks at: snapshots with their keys, and everything that a rollback would put back. */
export type RecoveryContext = ContextOf<'datasets' | 'keys' | 'objects' | 'repositories' | 'services'>;

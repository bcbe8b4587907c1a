/** What the snapshot storage offers to the operations and commands that use it. */
export { beginSet, captureRange, findPart, type RangeOptions, type RangePart } from './capture-range.ts';
export {
  type CollectOptions,
  type CollectReport,
  collectGarbage,
  quarantineSnapshot,
  removeSnapshot,
} from './collect-garbage.ts';
export { comparePaths } from './compare-names.ts';
export { CHAIN_POLICY, type ChainPolicy, type CollectionPlan } from './compose-collection.ts';
export {
  type CreateOptions,
  type CreateResult,
  createSnapshot,
  type SnapshotCursor,
  writingKeys,
} from './create-snapshot.ts';
export { decodeFields } from './decode-fields.ts';
export { type DocumentChange, diffSnapshots } from './diff-snapshots.ts';
export { encodeFields } from './encode-fields.ts';
export { type EraseOptions, type EraseReport, eraseSubject } from './erase-subject.ts';
export { IntegrityError, type IntegrityKind, SourceError } from './integrity-error.ts';
export { type JoinOptions, joinRanges } from './join-ranges.ts';
export { exportJsonLines } from './json-files.ts';
export { JsonLineEncoder } from './json-line.ts';
export { JsonLineWriter } from './json-text.ts';
export {
  type CollectionManifest,
  findManifest,
  type KeySource,
  listSnapshotIds,
  type Manifest,
  readManifest,
  type SnapshotStore,
} from './manifest.ts';
export { measureStorage, type StorageFigures } from './measure-storage.ts';
export { snapshotIdAt } from './object-names.ts';
export { plainFields, plainValue } from './plain-values.ts';
export { type RestoredCollection, type RestoreOptions, readSnapshot, restoreSnapshot } from './read-snapshot.ts';
export { exportCollection, readRecords } from './record-files.ts';
export { type RepackOptions, type RepackReport, repack } from './repack.ts';
export { openName, sealName } from './seal-names.ts';
export { splitRanges } from './split-ranges.ts';
export {
  type DataShare,
  type VerifyOptions,
  type VerifyReport,
  verifyContent,
  verifySnapshots,
} from './verify-snapshots.ts';

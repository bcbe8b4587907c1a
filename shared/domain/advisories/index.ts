/** Judges advisories in the OSV format: pure, no network. The package's entry `high-noon/advisories`. */
export { type AliasGroup, aliasGroups, isWaivedBy } from './aliases.ts';
export { canJudge, isAffected, isWithdrawn, type Judgement, knowsOrderOf } from './evaluate.ts';
export {
  asOsvRecord,
  type OsvAffected,
  type OsvEvent,
  type OsvRange,
  type OsvRecord,
  type OsvSeverity,
  type PackageVersion,
} from './record.ts';
export { knownRuntimes, type RuntimeStatus, runtimeStatus } from './runtimes.ts';
export { normalisedName } from './same-package.ts';
export { isAtLeast, RATINGS, type Rating, type Severity, severityOf } from './severity.ts';

/**
 * The part of the OSV schema (https://ossf.github.io/osv-schema/) that this program reads. Everything is optional and
 * nothing is trusted: records come from the network, and a field of another type counts as absent.
 */
export interface OsvEvent {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly last_affected?: string;
  readonly limit?: string;
}

export interface OsvRange {
  readonly type: 'SEMVER' | 'ECOSYSTEM' | 'GIT' | (string & {});
  readonly repo?: string;
  readonly events?: readonly OsvEvent[];
}

export interface OsvSeverity {
  readonly type: string;
  readonly score: string;
}

export interface OsvAffected {
  readonly package?: { readonly ecosystem: string; readonly name: string; readonly purl?: string };
  readonly ranges?: readonly OsvRange[];
  readonly versions?: readonly string[];
  readonly severity?: readonly OsvSeverity[];
  readonly ecosystem_specific?: Readonly<Record<string, unknown>>;
  readonly database_specific?: Readonly<Record<string, unknown>>;
}

export interface OsvRecord {
  readonly id: string;
  /** RFC 3339. */
  readonly modified: string;
  readonly published?: string;
  readonly withdrawn?: string;
  readonly aliases?: readonly string[];
  readonly upstream?: readonly string[];
  readonly related?: readonly string[];
  readonly summary?: string;
  readonly details?: string;
  readonly affected?: readonly OsvAffected[];
  readonly severity?: readonly OsvSeverity[];
  readonly database_specific?: Readonly<Record<string, unknown>>;
}

/** One installed package; ecosystem as OSV names it, with its `:RELEASE` suffix where there is one. */
export interface PackageVersion {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** An array, or an empty one for anything else: lets hostile records pass through the evaluation without a throw. */
export function listOf<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

/** The members that are objects, likewise. */
export function objectsOf<T extends object>(value: readonly T[] | undefined): readonly T[] {
  return listOf(value).filter((member) => isObject(member));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads what a server answered as a record; undefined when it has no id or no modification time. */
export function asOsvRecord(value: unknown): OsvRecord | undefined {
  if (!isObject(value) || typeof value.id !== 'string' || value.id === '' || typeof value.modified !== 'string') {
    return undefined;
  }
  return value as unknown as OsvRecord;
}

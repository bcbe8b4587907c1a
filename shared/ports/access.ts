import type { Instant } from '../domain/time.ts';

export interface Binding {
  readonly role: string;
  /** `user:...`, `serviceAccount:...`, `allUsers`, ... */
  readonly member: string;
  readonly condition: string | null;
}

export interface ServiceAccountState {
  readonly email: string;
  readonly disabled: boolean;
  readonly lastUsedAt: Instant | null;
  readonly keys: readonly { readonly id: string; readonly createdAt: Instant; readonly userManaged: boolean }[];
}

/** Who may do what in the project; looks, and can change nothing. */
export interface AccessPort {
  bindings(signal?: AbortSignal): Promise<{ readonly etag: string; readonly bindings: readonly Binding[] }>;
  serviceAccounts(signal?: AbortSignal): Promise<readonly ServiceAccountState[]>;
}

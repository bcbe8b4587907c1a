import type { OperatorRequest } from '../http.ts';

/** Who asks, as somebody other than the asker has proven it. */
export interface Identity {
  /** As it stands in the ledger: the address in lower case, so that nobody is two people by a capital letter. */
  readonly name: string;
  /** `local`: the person at this machine, on a store that is this machine's. */
  readonly kind: 'person' | 'service-account' | 'local';
}

export type IdentityAnswer =
  | { readonly ok: true; readonly identity: Identity }
  | {
      readonly ok: false;
      /**
       * `absent` and `expired` happen to honest people. `forged` does not: somebody made a proof up, or brought one that
       * was made for another place. `unavailable`: nothing can be told now.
       */
      readonly reason: 'absent' | 'expired' | 'forged' | 'unavailable';
      readonly why: string;
    };

export interface IdentityVerifier {
  verify(request: OperatorRequest): Promise<IdentityAnswer>;
}

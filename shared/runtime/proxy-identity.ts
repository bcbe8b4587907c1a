import type { IdentityVerifier } from '../operator/identity/identity.ts';
import type { Runtime } from './runtime.ts';

const made = new WeakMap<object, IdentityVerifier>();

/** The proxy's assertion, for the audience that deployment names; without an audience nobody is let in. */
export function proxyIdentity({ engine: { clock, environment } }: Runtime): IdentityVerifier {
  const known = made.get(environment);
  if (known !== undefined) return known;
  let verifier: Promise<IdentityVerifier> | undefined;
  const lazy: IdentityVerifier = {
    async verify(request) {
      // Loaded when the first request comes: only the operator needs the signing library.
      verifier ??= import('../adapters/gcp/iap.ts').then(({ createIapIdentity }) =>
        createIapIdentity({ audience: environment.HIGHNOON_IAP_AUDIENCE, now: () => clock.now() }),
      );
      return (await verifier).verify(request);
    },
  };
  made.set(environment, lazy);
  return lazy;
}

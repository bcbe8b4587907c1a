/**
 * For clients of emulators, which ask for no credentials. Told the domain of Google's APIs it does not look for a
 * metadata server, which takes seconds where there is none. Each client brings its own copy of the type.
 */
export async function offlineAuth(): Promise<never> {
  const { GoogleAuth } = await import('google-auth-library');
  return new GoogleAuth({ clientOptions: { universeDomain: 'googleapis.com' } }) as never;
}

import { readDocument } from '../configuration/document.ts';
import { sha256 } from '../json.ts';
import { type ContextManifest, schemaFor } from './manifest.ts';

export type ManifestReading =
  | { readonly ok: true; readonly manifest: ContextManifest; readonly digest: string }
  /** Each mistake names the place and what is wrong; at most ten. */
  | { readonly ok: false; readonly mistakes: readonly string[]; readonly digest: string };

const MOST_MISTAKES = 10;

/** Two manifests are the same when their bytes are: that is what the chain and the copies are compared by. */
export const manifestDigest = (bytes: Uint8Array | string): string => `sha256:${sha256(bytes)}`;

/** Reads YAML as strictly as the configuration: no aliases, no merge keys, no unknown or double keys. Never throws. */
export function readManifest(bytes: Uint8Array | string): ManifestReading {
  const digest = manifestDigest(bytes);
  const document = readDocument(bytes);
  if (document.mistakes.length > 0) return refused(digest, document.mistakes);
  const parsed = schemaFor(document.tree).safeParse(document.tree);
  if (parsed.success) return { ok: true, manifest: parsed.data, digest };
  return refused(
    digest,
    parsed.error.issues.map(({ path, message }) => ({ at: path, message })),
  );
}

function refused(
  digest: string,
  mistakes: readonly { readonly at: readonly PropertyKey[]; readonly message: string }[],
): ManifestReading {
  const said = mistakes.slice(0, MOST_MISTAKES).map(({ at, message }) => {
    const place = at.map(String).join('.');
    return `${place === '' ? 'the manifest' : place}: ${message}`;
  });
  return { ok: false, mistakes: said, digest };
}

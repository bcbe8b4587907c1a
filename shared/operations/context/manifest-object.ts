import {
  LARGEST_MANIFEST_BYTES,
  type ManifestReading,
  manifestDigest,
  readManifest,
} from '../../domain/context/index.ts';
import { PortError } from '../../domain/errors.ts';
import type { Evidence, Observation } from '../../domain/finding.ts';
import type { ObjectInfo } from '../../ports/objects.ts';
import type { ContextOf } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';

export type ObjectsContext = ContextOf<'objects'>;

/** An object of the size of a manifest, with all its bytes. */
export interface SmallObject {
  readonly info: ObjectInfo;
  readonly bytes: Uint8Array;
  readonly digest: string;
}

export const MANIFEST = 'context/manifest';

/** One generation, whole; undefined when there is no object. Throws PortError, `too-large` among them. */
export async function readObject(context: ObjectsContext, uri: string): Promise<SmallObject | undefined> {
  const { objects } = context.ports;
  const info = await objects.stat(uri);
  if (info === undefined) return undefined;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of objects.read(uri, { generation: info.generation, signal: context.signal })) {
    size += part.byteLength;
    if (size > LARGEST_MANIFEST_BYTES)
      throw new PortError('objects', 'too-large', `${uri} has more than ${LARGEST_MANIFEST_BYTES} bytes`);
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  return { info, bytes, digest: manifestDigest(bytes) };
}

/**
 * Where a manifest is kept under its own digest when it is replaced: what a rollback puts back, and what the chain is
 * followed by. Its name says what it must be, so whoever reads it can tell whether it is.
 */
export function keptUri(uri: string, digest: string): string {
  const [, start = uri, ending = ''] = /^(.*?)(\.[A-Za-z0-9]+)?$/.exec(uri) ?? [];
  return `${start}.kept/${digest.replace(/^sha256:/, '')}${ending}`;
}

/** The kept manifest of that digest; undefined when there is none, or when it is not what its name says. */
export async function readKept(context: ObjectsContext, digest: string): Promise<SmallObject | undefined> {
  const kept = await readObject(context, keptUri(context.configuration.context_manifest.uri, digest));
  return kept?.digest === digest ? kept : undefined;
}

export type ManifestLook =
  | { readonly state: 'absent' }
  | { readonly state: 'found'; readonly object: SmallObject; readonly reading: ManifestReading };

export async function lookAtManifest(context: ObjectsContext): Promise<ManifestLook> {
  const object = await readObject(context, context.configuration.context_manifest.uri);
  return object === undefined ? { state: 'absent' } : { state: 'found', object, reading: readManifest(object.bytes) };
}

export function manifestEvidence(context: ObjectsContext, look: ManifestLook): Evidence {
  const { uri } = context.configuration.context_manifest;
  const base = { subject: MANIFEST, observedAt: context.now() };
  if (look.state === 'absent') return { ...base, request: `object ${uri}`, value: null };
  const { info, digest } = look.object;
  return { ...base, request: `object ${uri} generation ${info.generation}`, value: info.bytes, digest };
}

/** Only which manifest it is, for the ticket: null when there is none, a finding when that cannot be told. */
export async function observeManifest(
  context: ObjectsContext,
): Promise<{ digest: string | null; findings: readonly Observation[]; evidence: readonly Evidence[] }> {
  try {
    const look = await lookAtManifest(context);
    const digest = look.state === 'absent' ? null : look.object.digest;
    return { digest, findings: [], evidence: [manifestEvidence(context, look)] };
  } catch (error) {
    return { digest: null, findings: [manifestUnreadable(error)], evidence: [] };
  }
}

export const manifestUnreadable = (error: unknown): Observation =>
  cannotTell(error, MANIFEST, 'the context manifest cannot be read');

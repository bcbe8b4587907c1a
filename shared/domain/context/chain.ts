import type { ContextManifest } from './manifest.ts';

export interface Link {
  readonly digest: string;
  readonly manifest: ContextManifest;
}

/** Why a manifest cannot be the successor of another, in words; undefined when it can. */
export function chainFault(link: Link, before: Link): string | undefined {
  const { manifest } = link;
  if (manifest.previous !== before.digest)
    return `it follows ${manifest.previous ?? 'nothing'}, and the manifest before is ${before.digest}`;
  if (manifest.sequence !== before.manifest.sequence + 1)
    return `it has number ${manifest.sequence}, and the manifest before has ${before.manifest.sequence}`;
  if (manifest.syncedAt <= before.manifest.syncedAt)
    return `it is of ${manifest.syncedAt}, not later than the manifest before (${before.manifest.syncedAt})`;
  return undefined;
}

export interface RepositoryGap {
  readonly name: string;
  readonly gap: 'absent' | 'missing' | 'no-commit';
}

/** Configured repositories that the manifest does not name, names as missing, or names without a commit. */
export function repositoryGaps(manifest: ContextManifest, configured: readonly string[]): RepositoryGap[] {
  return configured.flatMap((name): RepositoryGap[] => {
    const entry = Object.hasOwn(manifest.repositories, name) ? manifest.repositories[name] : undefined;
    if (entry === undefined) return [{ name, gap: 'absent' }];
    if (!entry.present) return [{ name, gap: 'missing' }];
    return entry.commit === null ? [{ name, gap: 'no-commit' }] : [];
  });
}

/** Repositories that the manifest names and the configuration does not. */
export const surplusRepositories = (manifest: ContextManifest, configured: readonly string[]): string[] =>
  Object.keys(manifest.repositories).filter((name) => !configured.includes(name));

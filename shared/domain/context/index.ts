/** The context manifest: what the repositories were released at together, each naming the one before. */
export { chainFault, type Link, repositoryGaps, surplusRepositories } from './chain.ts';
export { COPY_PATH, COPY_REF, type ContextManifest, LARGEST_MANIFEST_BYTES, MANIFEST_SHAPE } from './manifest.ts';
export { adoptedManifest, nextManifest } from './next-manifest.ts';
export { type ManifestReading, manifestDigest, readManifest } from './read-manifest.ts';
export { writeManifest } from './write-manifest.ts';

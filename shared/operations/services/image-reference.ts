/** `HOST/NAME:TAG@sha256:DIGEST` in its parts. */
export interface ImageReference {
  readonly tag: string | null;
  /** Null when there is none, or none that is whole. */
  readonly digest: string | null;
  readonly hasDigest: boolean;
}

/** A colon belongs to a tag only after the last slash: before it, it is the port of a registry. */
export function imageReference(image: string): ImageReference {
  const [, name = image, digest] = /^([^@]*)(?:@(.*))?$/s.exec(image) ?? [];
  const tag = /:([^:/]*)$/.exec(name)?.[1] ?? null;
  const isWhole = digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest);
  return { tag, digest: isWhole ? digest : null, hasDigest: digest !== undefined };
}

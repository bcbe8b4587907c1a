/** `HOST/NAME:TAG@sha256:DIGEST` in its parts. */
export interface ImageReference {
  readonly tag: string | null;
  readonly digest: string | null;
}

/** A colon belongs to a tag only after the last slash: before it, it is the port of a registry. */
export function imageReference(image: string): ImageReference {
  const [, name = image, digest] = /^([^@]*)(?:@(.*))?$/s.exec(image) ?? [];
  const tag = /:([^:/]*)$/.exec(name)?.[1] ?? null;
  return { tag, digest: digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : null };
}

/**
 * Why a dependency did not come from a registry, or undefined when it did. Reads both forms that lockfiles use: the
 * specifier (`github:a/b`, `file:../x`) and the resolved address.
 */
export function reasonNotFromRegistry(source: string): string | undefined {
  if (/^(?:file|link|portal|workspace):|^\.{0,2}\//.test(source)) return 'installed from a local path';
  if (/^(?:git[+:@]|github:|gitlab:|bitbucket:|gist:|ssh:)/.test(source)) return 'installed from a git repository';
  if (!/^https?:/.test(source)) return undefined;
  if (/^https?:\/\/(?:[^/]*@)?codeload\.github\.com\/|\.git(?:#|$)|\/(?:archive|tarball)\//.test(source)) {
    return 'installed from a git repository';
  }
  // Registries serve `/-/name-1.0.0.tgz`; GitHub's own serves `/download/@scope/name/1.0.0/...`.
  return /\/-\/|\/download\//.test(source) ? undefined : 'installed from a tarball outside a registry';
}

/** The name before a specifier: `@scope/name@^1` gives `@scope/name`. Undefined when there is no specifier. */
export function splitDescriptor(descriptor: string): { name: string; range: string } | undefined {
  const at = descriptor.indexOf('@', 1);
  return at < 0 ? undefined : { name: descriptor.slice(0, at), range: descriptor.slice(at + 1) };
}

/** `npm:real@^1` gives what is truly installed: the name `real` with the range `^1`. */
export function splitAlias(range: string): { name: string; range: string } | undefined {
  if (!range.startsWith('npm:')) return undefined;
  return splitDescriptor(range.slice(4));
}

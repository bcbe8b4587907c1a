import { Collector } from './collect.ts';
import { isJsonObject, own, ownObject, ownText, parseJsonObject } from './json.ts';
import { type LockfileContent, LockfileSyntaxError } from './types.ts';

/** composer.lock: https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control */
export function readComposerLock(text: string): LockfileContent {
  const lock = parseJsonObject(text);
  const found = new Collector('Packagist');
  if (!Array.isArray(own(lock, 'packages')))
    throw new LockfileSyntaxError('packages', 'the list of packages is missing');
  for (const group of ['packages', 'packages-dev'] as const) {
    const list = own(lock, group) ?? [];
    if (!Array.isArray(list)) throw new LockfileSyntaxError(group, 'a list is expected');
    list.forEach((entry: unknown, index) => {
      const path = `${group}/${index}`;
      const name = isJsonObject(entry) ? ownText(entry, 'name') : undefined;
      if (!isJsonObject(entry) || name === undefined) throw new LockfileSyntaxError(path, 'a package without a name');
      const version = ownText(entry, 'version') ?? '';
      const dist = ownObject(entry, 'dist');
      if (dist !== undefined && ownText(dist, 'type') === 'path') found.skip(name, path, 'installed from a local path');
      else if (/^dev-|-dev$/.test(version)) found.skip(name, path, 'installed from a branch, which moves');
      else found.add(name, version, path, group === 'packages-dev');
    });
  }
  return { format: 'composer', packages: found.packages, unjudgeable: found.unjudgeable };
}

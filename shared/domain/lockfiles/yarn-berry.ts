import { Collector } from './collect.ts';
import { reasonNotFromRegistry, splitDescriptor } from './npm-source.ts';
import { type LockfileContent, LockfileSyntaxError } from './types.ts';
import { isYamlMap, readYaml, textIn } from './yaml.ts';
import type { YamlMap } from './yaml-subset.ts';

/** yarn.lock of Yarn 2 and later, where `resolution` names what a range came to. It does not say what is dev. */
export function readBerryLock(text: string): LockfileContent {
  const found = new Collector('npm');
  for (const [key, entry] of berryEntries(text)) {
    const resolution = splitDescriptor(textIn(entry, 'resolution') ?? '');
    if (resolution === undefined) throw new LockfileSyntaxError(key, 'an entry without a resolution');
    const { name, range } = resolution;
    // The repository's own packages are not installed from anywhere.
    if (range.startsWith('workspace:')) continue;
    const reason = range.startsWith('npm:') || range.startsWith('patch:') ? undefined : reasonOf(range);
    if (reason !== undefined) found.skip(name, key, reason);
    else found.add(name, textIn(entry, 'version') ?? '', key);
  }
  return { format: 'yarn-berry', packages: found.packages, unjudgeable: found.unjudgeable };
}

function reasonOf(range: string): string {
  return reasonNotFromRegistry(range) ?? 'installed from outside a registry';
}

export function berryEntries(text: string): [key: string, entry: YamlMap][] {
  const [document] = readYaml(text);
  if (!isYamlMap(document) || !isYamlMap(document.get('__metadata'))) {
    throw new LockfileSyntaxError('__metadata', 'the map of a Yarn lockfile is missing');
  }
  const entries: [string, YamlMap][] = [];
  for (const [key, entry] of document) {
    if (key === '__metadata') continue;
    if (!isYamlMap(entry)) throw new LockfileSyntaxError(key, 'a map is expected');
    entries.push([key, entry]);
  }
  return entries;
}

import { Collector } from './collect.ts';
import { reasonNotFromRegistry } from './npm-source.ts';
import { type LockfileContent, LockfileSyntaxError } from './types.ts';
import { isYamlMap, mapIn, readYaml, textIn } from './yaml.ts';
import type { YamlMap } from './yaml-subset.ts';

/** pnpm-lock.yaml of lockfile versions 5, 6 and 9: https://github.com/pnpm/spec/tree/master/lockfile */
export function readPnpmLock(text: string): LockfileContent {
  const found = new Collector('npm');
  for (const document of pnpmDocuments(text)) readDocument(document, found);
  return { format: 'pnpm-lock', packages: found.packages, unjudgeable: found.unjudgeable };
}

export function pnpmDocuments(text: string): YamlMap[] {
  return readYaml(text).map((document) => {
    if (!isYamlMap(document)) throw new LockfileSyntaxError('the whole file', 'a YAML map is expected at the top');
    const version = majorOf(document);
    if (version === undefined) {
      throw new LockfileSyntaxError(
        'lockfileVersion',
        `${JSON.stringify(document.get('lockfileVersion'))?.slice(0, 40)} is not one of 5, 6, 9`,
      );
    }
    return document;
  });
}

export function majorOf(lock: YamlMap): 5 | 6 | 9 | undefined {
  const major = Number.parseInt(textIn(lock, 'lockfileVersion') ?? '', 10);
  return major === 5 || major === 6 || major === 9 ? major : undefined;
}

function readDocument(lock: YamlMap, found: Collector): void {
  const major = majorOf(lock) ?? 9;
  const packages = lock.get('packages');
  if (packages === undefined || packages === '') return;
  if (!isYamlMap(packages)) throw new LockfileSyntaxError('packages', 'a map is expected');
  const production = major === 9 ? productionKeys(lock) : undefined;
  for (const [key, entry] of packages) {
    const fields = isYamlMap(entry) ? entry : new Map<string, never>();
    const isDev = production === undefined ? textIn(fields, 'dev') === 'true' : !production.has(key);
    addPackage(found, key, fields, major, isDev);
  }
}

function addPackage(found: Collector, key: string, fields: YamlMap, major: number, isDev: boolean): void {
  const { name, version } = splitPackageKey(key, major);
  const named = textIn(fields, 'name') ?? name;
  const resolution = mapIn(fields, 'resolution');
  const source = resolution === undefined ? undefined : textIn(resolution, 'type');
  const tarball = resolution === undefined ? undefined : textIn(resolution, 'tarball');
  const reason =
    (source === 'git' ? 'installed from a git repository' : undefined) ??
    (source === 'directory' ? 'installed from a local path' : undefined) ??
    reasonNotFromRegistry(version) ??
    (tarball === undefined ? undefined : reasonNotFromRegistry(tarball)) ??
    // A key that names no registry package: `github.com/owner/repository/commit`.
    (version === '' || !/^\d/.test(version) ? 'installed from outside a registry' : undefined);
  if (reason !== undefined) found.skip(named === '' ? key : named, key, reason);
  else found.add(named, textIn(fields, 'version') ?? version, key, isDev);
}

/** Version 5: `/name/1.0.0_peers`; from 6 on: `/name@1.0.0(peers)`, in 9 without the slash. */
export function splitPackageKey(key: string, major: number): { name: string; version: string } {
  const bare = key.startsWith('/') ? key.slice(1) : key;
  const paren = bare.indexOf('(');
  const plain = paren < 0 ? bare : bare.slice(0, paren);
  if (major > 5) {
    const at = plain.indexOf('@', 1);
    return at < 0 ? { name: plain, version: '' } : { name: plain.slice(0, at), version: plain.slice(at + 1) };
  }
  if (!key.startsWith('/')) {
    // Another registry in front (`registry.example/@scope/name/1.0.0`) is judged like npm's; a path or an address is not.
    const hosted = /^[^/@:]+\.[^/@:]+\/((?:@[^/]+\/)?[^/@]+)\/(\d+\.\d+\.\d+[^/_]*)(?:_.*)?$/.exec(plain);
    return { name: hosted?.[1] ?? plain, version: hosted?.[2] ?? '' };
  }
  const slash = plain.lastIndexOf('/');
  const version = plain.slice(slash + 1);
  const peers = version.indexOf('_');
  return { name: plain.slice(0, Math.max(slash, 0)), version: peers < 0 ? version : version.slice(0, peers) };
}

/** Version 9 marks nothing as dev: what production reaches from the importers is production, the rest is dev. */
function productionKeys(lock: YamlMap): ReadonlySet<string> {
  const snapshots = mapIn(lock, 'snapshots') ?? new Map<string, never>();
  const reached = new Set<string>();
  const todo: string[] = [];
  const reach = (owner: YamlMap, group: string) => {
    for (const [name, value] of mapIn(owner, group) ?? []) {
      const version = isYamlMap(value) ? textIn(value, 'version') : value;
      if (typeof version !== 'string') continue;
      for (const key of [`${name}@${version}`, version]) {
        if (snapshots.has(key) && !reached.has(key)) {
          reached.add(key);
          todo.push(key);
        }
      }
    }
  };
  for (const importer of (mapIn(lock, 'importers') ?? new Map<string, never>()).values()) {
    if (!isYamlMap(importer)) continue;
    reach(importer, 'dependencies');
    reach(importer, 'optionalDependencies');
    reach(importer, 'configDependencies');
  }
  for (let key = todo.pop(); key !== undefined; key = todo.pop()) {
    const snapshot = mapIn(snapshots, key);
    if (snapshot === undefined) continue;
    reach(snapshot, 'dependencies');
    reach(snapshot, 'optionalDependencies');
  }
  return new Set([...reached].map((key) => (key.includes('(') ? key.slice(0, key.indexOf('(')) : key)));
}

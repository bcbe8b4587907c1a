import { isJsonObject, type JsonObject, own, ownObject, ownText, parseJsonObject } from './json.ts';
import { lockVersionOf } from './npm.ts';
import { splitAlias } from './npm-source.ts';
import { majorOf, pnpmDocuments } from './pnpm.ts';
import { isBerry } from './read.ts';
import { LockfileSyntaxError } from './types.ts';
import { isYamlMap, mapIn, textIn } from './yaml.ts';
import type { YamlMap } from './yaml-subset.ts';
import { yarnEntries } from './yarn.ts';
import { berryEntries } from './yarn-berry.ts';

/** What a lockfile says of the project at its root. */
export interface LockRoot {
  /** The lockfile's own copy of the manifest's ranges; undefined where the format keeps none. */
  readonly ranges: ReadonlyMap<string, string> | undefined;
  /** The version locked for a direct dependency: '' when it is there without a comparable version (a link, an address). */
  find(name: string, range: string): string | undefined;
}

export function lockRootOf(text: string): LockRoot {
  if (text.trim() === '') throw new LockfileSyntaxError('the whole file', 'empty');
  if (/^\uFEFF?\s*\{/.test(text)) return npmRoot(parseJsonObject(text));
  if (/^lockfileVersion:/m.test(text)) return pnpmRoot(text);
  return isBerry(text) ? berryRoot(text) : yarnRoot(text);
}

const GROUPS = ['peerDependencies', 'devDependencies', 'dependencies', 'optionalDependencies'] as const;

function npmRoot(lock: JsonObject): LockRoot {
  if (lockVersionOf(lock) === 1) {
    const dependencies = ownObject(lock, 'dependencies') ?? {};
    return { ranges: undefined, find: (name) => versionIn(ownObject(dependencies, name)) };
  }
  const packages = ownObject(lock, 'packages');
  const root = packages === undefined ? undefined : ownObject(packages, '');
  if (packages === undefined || root === undefined)
    throw new LockfileSyntaxError('packages', 'the entry of the root project is missing');
  const ranges = new Map<string, string>();
  for (const group of GROUPS) {
    const recorded = own(root, group);
    if (!isJsonObject(recorded)) continue;
    for (const name of Object.keys(recorded)) ranges.set(name, ownText(recorded, name) ?? '');
  }
  return { ranges, find: (name) => versionIn(ownObject(packages, `node_modules/${name}`)) };
}

/** `npm:real@1.0.0` in version 1 of the lockfile; a git or tarball address has no version to compare. */
function versionIn(entry: JsonObject | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const version = ownText(entry, 'version') ?? '';
  return comparable(splitAlias(version)?.range ?? version);
}

function comparable(version: string): string {
  return /^\d/.test(version) ? version : '';
}

function pnpmRoot(text: string): LockRoot {
  const documents = pnpmDocuments(text);
  const lock = documents[documents.length - 1] as YamlMap;
  const importers = mapIn(lock, 'importers');
  const root = importers === undefined ? lock : mapIn(importers, '.');
  if (root === undefined) throw new LockfileSyntaxError('importers', 'the root project is missing');
  const ranges = new Map<string, string>();
  const versions = new Map<string, string>();
  const specifiers = mapIn(root, 'specifiers');
  for (const [name, range] of specifiers ?? []) ranges.set(name, typeof range === 'string' ? range : '');
  for (const group of ['devDependencies', 'dependencies', 'optionalDependencies']) {
    for (const [name, value] of mapIn(root, group) ?? []) {
      const version = isYamlMap(value) ? (textIn(value, 'version') ?? '') : typeof value === 'string' ? value : '';
      if (isYamlMap(value)) ranges.set(name, textIn(value, 'specifier') ?? '');
      versions.set(name, comparable(withoutPeers(version, majorOf(lock) === 5)));
    }
  }
  return { ranges, find: (name) => versions.get(name) };
}

function withoutPeers(version: string, isVersion5: boolean): string {
  const end = isVersion5 ? version.search(/[_(]/) : version.indexOf('(');
  return end < 0 ? version : version.slice(0, end);
}

function yarnRoot(text: string): LockRoot {
  const versions = new Map<string, string>();
  for (const { descriptors, version } of yarnEntries(text)) {
    for (const descriptor of descriptors) versions.set(descriptor, version);
  }
  return { ranges: undefined, find: (name, range) => versions.get(`${name}@${range}`) ?? localOnly(range) };
}

function berryRoot(text: string): LockRoot {
  const versions = new Map<string, string>();
  for (const [key, entry] of berryEntries(text)) {
    for (const descriptor of key.split(', ')) versions.set(descriptor, textIn(entry, 'version') ?? '');
  }
  return {
    ranges: undefined,
    find: (name, range) => {
      const locked = versions.get(`${name}@npm:${range}`) ?? versions.get(`${name}@${range}`) ?? localOnly(range);
      // Local builds carry the placeholder of a workspace.
      return locked === '0.0.0-use.local' ? '' : locked;
    },
  };
}

/** Yarn records paths and addresses under other keys than the manifest writes; their absence proves nothing. */
function localOnly(range: string): string | undefined {
  return /^(?:[a-z+]+:|\.{0,2}\/)/.test(range) && !range.startsWith('npm:') ? '' : undefined;
}

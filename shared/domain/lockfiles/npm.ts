import { Collector } from './collect.ts';
import { isJsonObject, type JsonObject, own, ownObject, ownText, parseJsonObject } from './json.ts';
import { reasonNotFromRegistry, splitAlias } from './npm-source.ts';
import { type LockfileContent, LockfileSyntaxError } from './types.ts';

/** package-lock.json and npm-shrinkwrap.json: https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
export function readPackageLock(text: string): LockfileContent {
  const lock = parseJsonObject(text);
  const version = lockVersionOf(lock);
  const found = new Collector('npm');
  // Version 2 carries both forms; tools that write it without the flat one exist.
  if (version === 1 || (version === 2 && own(lock, 'packages') === undefined)) readNested(lock, found);
  else readFlat(lock, found);
  return { format: `package-lock-${version}`, packages: found.packages, unjudgeable: found.unjudgeable };
}

export function lockVersionOf(lock: JsonObject): 1 | 2 | 3 {
  const version = own(lock, 'lockfileVersion') ?? (ownObject(lock, 'dependencies') === undefined ? undefined : 1);
  if (version === 1 || version === 2 || version === 3) return version;
  throw new LockfileSyntaxError('lockfileVersion', `${JSON.stringify(version)?.slice(0, 40)} is not one of 1, 2, 3`);
}

/** Versions 2 and 3: one flat map from the folder of installation to what is in it; version 2's `dependencies` repeats it. */
function readFlat(lock: JsonObject, found: Collector): void {
  const packages = ownObject(lock, 'packages');
  if (packages === undefined) throw new LockfileSyntaxError('packages', 'the map of packages is missing');
  for (const [path, entry] of Object.entries(packages)) {
    if (!isJsonObject(entry)) throw new LockfileSyntaxError(`packages/${path}`, 'an object is expected');
    const folder = path.lastIndexOf('node_modules/');
    // The root, and workspaces in their own folders, are the repository's own code.
    if (folder < 0) continue;
    if (own(entry, 'link') === true) continue;
    const installedAs = path.slice(folder + 'node_modules/'.length);
    addEntry(found, ownText(entry, 'name') ?? installedAs, entry, path);
  }
}

function addEntry(found: Collector, name: string, entry: JsonObject, path: string): void {
  const version = ownText(entry, 'version') ?? '';
  const source = ownText(entry, 'resolved') ?? version;
  const reason = reasonNotFromRegistry(source);
  if (reason !== undefined) found.skip(name, path, reason);
  else found.add(name, version, path, own(entry, 'dev') === true);
}

/** Version 1: packages inside packages. Walked with a list of its own, so that depth costs no stack. */
function readNested(lock: JsonObject, found: Collector): void {
  const todo: { readonly dependencies: JsonObject; readonly path: string }[] = [];
  const push = (owner: JsonObject, path: string) => {
    const dependencies = own(owner, 'dependencies');
    if (dependencies === undefined) return;
    if (!isJsonObject(dependencies)) throw new LockfileSyntaxError(`${path}dependencies`, 'an object is expected');
    todo.push({ dependencies, path });
  };
  push(lock, '');
  if (todo.length === 0 && own(lock, 'lockfileVersion') !== 1) {
    throw new LockfileSyntaxError('packages', 'the map of packages is missing');
  }
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    for (const [name, entry] of Object.entries(next.dependencies)) {
      const path = `${next.path}node_modules/${name}`;
      if (!isJsonObject(entry)) throw new LockfileSyntaxError(path, 'an object is expected');
      addNested(found, name, entry, path);
      push(entry, path.length > 4096 ? '.../' : `${path}/`);
    }
  }
}

function addNested(found: Collector, name: string, entry: JsonObject, path: string): void {
  const version = ownText(entry, 'version') ?? '';
  const alias = splitAlias(version);
  const reason = alias === undefined ? reasonNotFromRegistry(version) : undefined;
  if (reason !== undefined) found.skip(name, path, reason);
  else if (alias !== undefined) found.add(alias.name, alias.range, path, own(entry, 'dev') === true);
  else addEntry(found, name, entry, path);
}

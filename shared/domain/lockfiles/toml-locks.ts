import { Collector } from './collect.ts';
import { isTable, readToml, type TomlTable, tomlList, tomlTable, tomlText } from './toml.ts';
import { type LockfileContent, LockfileSyntaxError } from './types.ts';

/** Cargo.lock: https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html. It does not say what is dev. */
export function readCargoLock(text: string): LockfileContent {
  const found = new Collector('crates.io');
  for (const { name, version, table, path } of packagesOf(text)) {
    const source = tomlText(table, 'source');
    // No source: a member of the workspace itself.
    if (source === undefined) continue;
    if (/^(?:registry|sparse)\+/.test(source)) found.add(name, version, path);
    else
      found.skip(
        name,
        path,
        source.startsWith('git+') ? 'installed from a git repository' : 'installed from outside a registry',
      );
  }
  return { format: 'cargo', packages: found.packages, unjudgeable: found.unjudgeable };
}

/** poetry.lock: `category` up to Poetry 1.4, `groups` from 2.0; between them the file says nothing of dev. */
export function readPoetryLock(text: string): LockfileContent {
  const found = new Collector('PyPI');
  for (const { name, version, table, path } of packagesOf(text)) {
    const source = tomlText(tomlTable(table, 'source'), 'type');
    if (source === undefined || source === 'legacy') found.add(name, version, path, isPoetryDev(table));
    else found.skip(name, path, reasonOf(source));
  }
  return { format: 'poetry', packages: found.packages, unjudgeable: found.unjudgeable };
}

function isPoetryDev(table: TomlTable): boolean {
  const groups = tomlList(table, 'groups');
  if (groups.length > 0) return !groups.includes('main');
  return tomlText(table, 'category') === 'dev';
}

/** uv.lock: https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile. Dev groups are not marked on packages. */
export function readUvLock(text: string): LockfileContent {
  const found = new Collector('PyPI');
  for (const { name, version, table, path } of packagesOf(text)) {
    const source = tomlTable(table, 'source');
    const kind = source === undefined ? undefined : [...source.entries.keys()].find((key) => key in SOURCES);
    if (kind === undefined) found.skip(name, path, 'the lockfile does not say where it was installed from');
    else if (kind === 'registry') found.add(name, version, path);
    // The project itself and the members of its workspace stand at a local path with no version of their own to judge.
    else if (kind !== 'virtual' && kind !== 'editable') found.skip(name, path, reasonOf(kind));
  }
  return { format: 'uv', packages: found.packages, unjudgeable: found.unjudgeable };
}

const SOURCES = {
  __proto__: null,
  registry: 1,
  virtual: 1,
  editable: 1,
  git: 1,
  url: 1,
  path: 1,
  directory: 1,
} as const;

function reasonOf(source: string): string {
  if (source === 'git') return 'installed from a git repository';
  return source === 'url' ? 'installed from a tarball outside a registry' : 'installed from a local path';
}

interface LockedTable {
  readonly name: string;
  readonly version: string;
  readonly table: TomlTable;
  readonly path: string;
}

function packagesOf(text: string): LockedTable[] {
  const root = readToml(text);
  const packages = root.entries.get('package');
  if (packages === undefined) {
    // A project without dependencies has none; a file that is something else has no header of a lockfile either.
    if (root.entries.has('version') || root.entries.has('metadata')) return [];
    throw new LockfileSyntaxError('the whole file', 'no [[package]] and no version of the lockfile');
  }
  if (!Array.isArray(packages)) throw new LockfileSyntaxError('package', 'a list of tables is expected');
  return packages.map((table, index) => {
    const path = `package ${index + 1}`;
    const name = isTable(table) ? tomlText(table, 'name') : undefined;
    if (name === undefined) throw new LockfileSyntaxError(path, 'a package without a name');
    return { name, version: tomlText(table as TomlTable, 'version') ?? '', table: table as TomlTable, path };
  });
}

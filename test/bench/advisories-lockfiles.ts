/**
 * Writes made-up lockfiles of six formats for the bench, in a process of its own, so that making them does not count as
 * memory of reading them. Usage: node advisories-lockfiles.ts FOLDER FILES PACKAGES
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', files = '0', packages = '0'] = process.argv.slice(2);
const FILES = Number(files);
const PER_FILE = Math.ceil(Number(packages) / FILES);
const HASH = `sha512-${'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+/abcdefghijklmnopqrst'.slice(0, 86)}==`;

interface Named {
  readonly name: string;
  readonly version: string;
}

type Write = (packages: readonly Named[]) => string;

const WRITERS: readonly (readonly [path: string, write: Write])[] = [
  ['package-lock.json', packageLock],
  ['pnpm-lock.yaml', pnpmLock],
  ['yarn.lock', yarnLock],
  ['uv.lock', uvLock],
  ['Cargo.lock', cargoLock],
  ['go.sum', goSum],
];

function namesOf(file: number): Named[] {
  return Array.from({ length: PER_FILE }, (_, index) => {
    const number = file * PER_FILE + index;
    return { name: `package-${number}`, version: `${number % 7}.${number % 23}.${number % 11}` };
  });
}

function packageLock(packages: readonly Named[]): string {
  const entries = packages.map(({ name, version }) => [
    `node_modules/${name}`,
    {
      version,
      resolved: `https://registry.npmjs.org/${name}/-/${name}-${version}.tgz`,
      integrity: HASH,
      license: 'MIT',
      dependencies: { other: '^1.0.0', another: '>=2.0.0 <3' },
      engines: { node: '>=18' },
    },
  ]);
  return JSON.stringify(
    { lockfileVersion: 3, packages: { '': { name: 'root' }, ...Object.fromEntries(entries) } },
    undefined,
    2,
  );
}

function pnpmLock(packages: readonly Named[]): string {
  const keys = packages.map(({ name, version }) => `${name}@${version}`);
  const direct = packages.map(
    ({ name, version }) => `      ${name}:\n        specifier: ^${version}\n        version: ${version}\n`,
  );
  const entries = keys.map((key) => `  ${key}:\n    resolution: {integrity: ${HASH}}\n    engines: {node: '>=18'}\n\n`);
  const snapshots = keys.map((key) => `  ${key}:\n    dependencies:\n      other: 1.0.0\n\n`);
  return `lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n${direct.join('')}\npackages:\n\n${entries.join('')}snapshots:\n\n${snapshots.join('')}`;
}

function yarnLock(packages: readonly Named[]): string {
  const entries = packages.map(
    ({ name, version }) =>
      `${name}@^${version}:\n  version "${version}"\n  resolved "https://registry.yarnpkg.com/${name}/-/${name}-${version}.tgz#abc"\n  integrity ${HASH}\n  dependencies:\n    other "^1.0.0"\n\n`,
  );
  return `# yarn lockfile v1\n\n\n${entries.join('')}`;
}

function uvLock(packages: readonly Named[]): string {
  const wheel = `    { url = "https://files.example.invalid/wheel.whl", hash = "sha256:${'a'.repeat(64)}", size = 12345 },\n`;
  const entries = packages.map(
    ({ name, version }) =>
      `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { registry = "https://pypi.org/simple" }\ndependencies = [\n    { name = "other" },\n]\nwheels = [\n${wheel.repeat(8)}]\n\n`,
  );
  return `version = 1\nrequires-python = ">=3.12"\n\n${entries.join('')}`;
}

function cargoLock(packages: readonly Named[]): string {
  const source = 'registry+https://github.com/rust-lang/crates.io-index';
  const entries = packages.map(
    ({ name, version }) =>
      `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "${source}"\nchecksum = "${'a'.repeat(64)}"\n\n`,
  );
  return `version = 3\n\n${entries.join('')}`;
}

function goSum(packages: readonly Named[]): string {
  return packages
    .map(
      ({ name, version }) =>
        `example.invalid/${name} v${version} h1:abc=\nexample.invalid/${name} v${version}/go.mod h1:def=\n`,
    )
    .join('');
}

for (let file = 0; file < FILES; file += 1) {
  const [name, write] = WRITERS[file % WRITERS.length] as (typeof WRITERS)[number];
  const directory = join(folder, String(file));
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), write(namesOf(file)));
}

// `npm run build`: what deploys, as dist/functions.zip, the same bytes for the same commit.
//
// The buildpack runs `npm ci`, `gcp-build` (which compiles what is bundled already, so that a cold start need not), prunes,
// and looks at `node --check index.mjs`. So the archive is: our code as a few modules for each function, the licences of
// what stands in them, its own package.json, and a lockfile cut out of the repository's, without what only development
// needs. Usage: node build/build.mjs [--out FOLDER]
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';
import { deployedPackage } from './deployed-package.mjs';
import { zip } from './zip.mjs';

const root = new URL('..', import.meta.url).pathname;
const { values: options } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
const dist = resolve(options.out);
const out = join(dist, 'functions');
rmSync(dist, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const { files, packages } = await bundle(root);
const { manifest, lock } = deployedPackage(root, packages);
files.set('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
files.set('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
files.set('.npmrc', readFileSync(join(root, '.npmrc'), 'utf8'));

for (const [name, content] of files) {
  mkdirSync(dirname(join(out, name)), { recursive: true });
  writeFileSync(join(out, name), content);
}
const archive = zip(files);
writeFileSync(join(dist, 'functions.zip'), archive);
console.log(`dist/functions.zip: ${files.size} files, ${archive.length} bytes, packages: ${packages.join(' ')}`);

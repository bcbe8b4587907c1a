// `npm run build`: what deploys, as dist/functions.zip, the same bytes for the same commit.
//
// The buildpack runs `npm ci`, `gcp-build` (there is none: what is in the archive is built already), prunes, and looks at
// `node --check index.js`. So the archive is: our code as a few bundled modules, its own package.json, and a lockfile cut
// out of the repository's, without what only development needs.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { deployedPackage } from './deployed-package.mjs';
import { zip } from './zip.mjs';

const root = new URL('..', import.meta.url).pathname;
const out = join(root, 'dist', 'functions');
rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const { files, packages } = await bundle(root);
const { manifest, lock } = deployedPackage(root, packages);
files.set('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
files.set('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
files.set('.npmrc', readFileSync(join(root, '.npmrc'), 'utf8'));

for (const [name, content] of files) writeFileSync(join(out, name), content);
const archive = zip(files);
writeFileSync(join(root, 'dist', 'functions.zip'), archive);
console.log(`dist/functions.zip: ${files.size} files, ${archive.length} bytes, packages: ${packages.join(' ')}`);

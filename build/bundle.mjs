import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { checkEager, REFUSAL } from './check-eager.mjs';
import { licencesOf } from './licences.mjs';

/**
 * Packages that stay packages: Google's clients read their own files at run time, and functions-framework must be the one
 * copy that both the function and the platform load.
 */
const EXTERNAL = ['@google-cloud/*', '@grpc/*', 'google-auth-library', 'google-gax'];

/**
 * The main module: it loads the one function that this process is for. Its name ends in .mjs, because functions-framework
 * looks for the nearest package.json of a .js file by a library that takes longer than all of this.
 */
const MAIN = (targets) => `import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
// What V8 compiled when this was built. Where it was not, or by another Node, the code is compiled as usual.
enableCompileCache(fileURLToPath(new URL('compile-cache', import.meta.url)));
// Schemas are used once in a process's life: making code of them takes longer than their checks do without.
globalThis.__zod_globalConfig = { jitless: true };
const functions = {
${targets.map(({ target, folder }) => `  ${target}: () => import('./${folder}/index.js'),`).join('\n')}
};
const target = process.env.FUNCTION_TARGET ?? '';
if (!Object.hasOwn(functions, target))
  throw new Error(\`FUNCTION_TARGET '\${target}': \${Object.keys(functions).join(', ')} are allowed\`);
await functions[target]();
`;

/** \`gcp-build\`: every module of every function is compiled once, where it will run. */
const COMPILE = (modules) => `import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
enableCompileCache(fileURLToPath(new URL('compile-cache', import.meta.url)));
for (const name of ${JSON.stringify(modules, null, 2)}) await import(name);
flushCompileCache();
// What was only loaded may hold timers.
process.exit(0);
`;

/**
 * One function: its own folder of few modules, because each module that a cold process opens costs it. What refuses a
 * message is bundled apart: in common with the rest it would come with everything that the configuration uses of zod.
 */
async function bundleFunction(root, folder) {
  const entries = { index: `functions/${folder}/index.ts`, 'request-trace': TRACE };
  const all = await bundleEntry(root, folder, entries, '[name]-[hash]', apart('refuse-early'));
  const refuses = Object.values(all.metafile.outputs).some(({ imports }) => imports.some(({ path }) => isApart(path)));
  const refusal = refuses
    ? [await bundleEntry(root, folder, { 'refuse-early': REFUSAL }, 'refuse-[name]-[hash]', apart('request-trace'))]
    : [];
  const results = [all, ...refusal];
  const outputs = Object.assign({}, ...results.map(({ metafile }) => metafile.outputs));
  const inputs = Object.assign({}, ...results.map(({ metafile }) => metafile.inputs));
  checkEager(folder, { outputs });
  const outdir = outdirOf(root, folder);
  return {
    files: results.flatMap(({ outputFiles }) =>
      outputFiles.map(({ path, text }) => [`${folder}/${relative(outdir, path)}`, text]),
    ),
    metafile: { inputs, outputs },
  };
}

/** Which request is being served: it listens from the first one on, so that a process has it once. */
const TRACE = 'shared/adapters/gcp/request-trace.ts';

/** A module that the other bundle of the same function has; it lies beside every part of it. */
const apart = (name) => ({
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`/${name}\\.ts$`) }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: `./${name}.js`, external: true },
    );
  },
});
const isApart = (path) => path === './refuse-early.js' || path === './request-trace.js';

const outdirOf = (root, folder) => join(root, 'dist/functions', folder);

async function bundleEntry(root, folder, entryPoints, chunkNames, elsewhere) {
  return build({
    absWorkingDir: root,
    entryPoints,
    outdir: outdirOf(root, folder),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: EXTERNAL,
    chunkNames,
    legalComments: 'none',
    // Readable as it is: a stack trace names the function, the module's comment above it and a line of a few words. Nothing
    // is minified, so names stay without esbuild's keepNames, which would write each anew whenever a closure is made.
    // CommonJS packages that were bundled ask for Node's own modules by require.
    banner: { js: "import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);" },
    plugins: [elsewhere, lighter(root, await catalogModule(root))],
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
}

/** What is taken of it is asked for when it is used. */
const HTTP = `module.exports = process.getBuiltinModule('node:http');`;

/**
 * Three modules are read otherwise than they stand. An import of `node:http` asks for all that it has, and so loads its
 * WebSocket and a second HTTP client below that, 25 ms that nobody here uses. `import { z }` is one object that holds
 * everything zod has, its texts in forty languages too; a namespace is what is used of it. And the catalog that is deployed
 * was checked by this build.
 */
function lighter(root, catalog) {
  return {
    name: 'lighter',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^(node:)?http$/ }, () => ({ path: 'http', namespace: 'built-in' }));
      onLoad({ filter: /.*/, namespace: 'built-in' }, () => ({ contents: HTTP }));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (path === join(root, CATALOG)) return { loader: 'js', contents: catalog, resolveDir: dirname(path) };
        if (!path.startsWith(join(root, 'shared/')) && !path.startsWith(join(root, 'functions/'))) return undefined;
        const text = readFileSync(path, 'utf8');
        return { loader: 'ts', contents: text.replace("import { z } from 'zod';", "import * as z from 'zod';") };
      });
    },
  };
}

const CATALOG = 'shared/domain/catalog.ts';

/** What the functions use of the catalog, without its schemas. Loading the source here checks it: it throws what contradicts itself. */
async function catalogModule(root) {
  const { catalog, metricCatalog, PHASE_NAMES } = await import(pathToFileURL(join(root, CATALOG)).href);
  return `export const catalog = ${JSON.stringify(catalog)};
export const metricCatalog = ${JSON.stringify(metricCatalog)};
export const PHASE_NAMES = ${JSON.stringify(PHASE_NAMES)};
const byName = new Map(catalog.phases.map((phase) => [phase.name, phase]));
const byTarget = new Map(catalog.phases.map((phase) => [phase.target, phase]));
export const phaseNamed = (name) => byName.get(name);
export const phaseOfTarget = (target) => byTarget.get(target);
export const isPhaseName = (name) => byName.has(name);
`;
}

/** Our code, split so that each function loads its own part. */
export async function bundle(root) {
  const catalog = JSON.parse(readFileSync(join(root, 'shared/catalog/phases.json'), 'utf8'));
  const targets = [...catalog.phases, ...catalog.services].map(({ name, target }) => ({ target, folder: name }));
  const bundles = await Promise.all(targets.map(({ folder }) => bundleFunction(root, folder)));
  const files = new Map(bundles.flatMap(({ files: own }) => own));
  const modules = [...files.keys()].filter((name) => name.endsWith('.js')).map((name) => `./${name}`);
  files.set('index.mjs', MAIN(targets));
  const metafiles = bundles.map(({ metafile }) => metafile);
  files.set('LICENCES.txt', licencesOf(root, metafiles));
  files.set('compile.mjs', COMPILE([...modules.sort(), ...externalImports(metafiles)]));
  return { files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), packages: externalPackages(metafiles) };
}

/** What the bundled code imports of packages, as it names them. */
function externalImports(metafiles) {
  const isBuiltIn = (name) => name.startsWith('node:') || process.getBuiltinModule?.(name) !== undefined;
  const names = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ imports }) => imports.filter(({ external, path }) => external && !isApart(path) && !isBuiltIn(path)))
    .map(({ path }) => path);
  return [...new Set(names)].sort();
}

/** The packages that they belong to: what the archive's package.json must ask for. */
function externalPackages(metafiles) {
  const packages = externalImports(metafiles).map((path) =>
    path
      .split('/')
      .slice(0, path.startsWith('@') ? 2 : 1)
      .join('/'),
  );
  return [...new Set(packages)].sort();
}

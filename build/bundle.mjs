import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Packages that stay packages: Google's clients read their own files at run time, and functions-framework must be the one
 * copy that both the function and the platform load.
 */
const EXTERNAL = ['@google-cloud/*', '@grpc/*', 'google-auth-library', 'google-gax'];

/** The main module: it loads the one function that this process is for. */
const MAIN = (targets) => `import { enableCompileCache } from 'node:module';
enableCompileCache();
const functions = {
${targets.map(({ target, folder }) => `  ${target}: () => import('./${folder}.js'),`).join('\n')}
};
const target = process.env.FUNCTION_TARGET ?? '';
if (!Object.hasOwn(functions, target))
  throw new Error(\`FUNCTION_TARGET '\${target}': \${Object.keys(functions).join(', ')} are allowed\`);
await functions[target]();
`;

/** Our code, split so that each function loads its own part and what it shares. */
export async function bundle(root) {
  const catalog = JSON.parse(readFileSync(join(root, 'shared/catalog/phases.json'), 'utf8'));
  const targets = [...catalog.phases, ...catalog.services].map(({ name, target }) => ({ target, folder: name }));
  const result = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(targets.map(({ folder }) => [folder, `functions/${folder}/index.ts`])),
    outdir: join(root, 'dist/functions'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: EXTERNAL,
    chunkNames: 'chunk-[hash]',
    legalComments: 'none',
    // Stack traces of minified code tell a person nothing at night; whitespace is what there is to win.
    minifyWhitespace: true,
    keepNames: true,
    // CommonJS packages that were bundled ask for Node's own modules by require.
    banner: { js: "import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);" },
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const files = new Map(result.outputFiles.map(({ path, text }) => [basename(path), text]));
  files.set('index.js', MAIN(targets));
  return { files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), packages: externalPackages(result.metafile) };
}

/** The packages that the bundled code imports by name: what the archive's package.json must ask for. */
function externalPackages(metafile) {
  const names = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.filter(({ external, path }) => external && !path.startsWith('node:')).map(({ path }) => path),
  );
  const isBuiltIn = (name) => !name.includes('/') && process.getBuiltinModule?.(name) !== undefined;
  const packages = names.map((path) => path.split('/').slice(0, path.startsWith('@') ? 2 : 1).join('/'));
  return [...new Set(packages)].filter((name) => !isBuiltIn(name)).sort();
}

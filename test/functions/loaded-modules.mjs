// Prints, as JSON, what a process has loaded once a module was imported: our files, packages, and parts of Node.
// Usage: node loaded-modules.mjs FILE
import { createRequire, registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const files = new Set();
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) files.add(fileURLToPath(url));
    return next(url, context);
  },
});
await import(pathToFileURL(resolve(process.argv[2])).href);

// What CommonJS loads for itself passes by the hooks.
for (const file of Object.keys(createRequire(import.meta.url).cache)) files.add(file);
const packages = new Set();
const own = [];
for (const file of files) {
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  if (name === undefined) own.push(file.slice(process.cwd().length + 1));
  else packages.add(name);
}
const builtin = process.moduleLoadList
  .filter((entry) => entry.startsWith('NativeModule '))
  .map((entry) => entry.slice('NativeModule '.length));
console.log(JSON.stringify({ own: own.sort(), packages: [...packages].sort(), builtin }));

import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A copy of the sources to break: the tree that is worked in stays as it is. */
export function copyOfTree(): { readonly root: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'highnoon-proof-'));
  for (const name of ['shared', 'functions', 'build', 'infra', 'docs', 'test', 'package.json', 'tsconfig.json'])
    cpSync(name, join(root, name), { recursive: true, filter: (path) => !path.includes('node_modules') });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

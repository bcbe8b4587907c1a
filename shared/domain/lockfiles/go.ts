import { Collector } from './collect.ts';
import { type LockfileContent, LockfileSyntaxError } from './types.ts';

/** go.sum: https://go.dev/ref/mod#go-sum-files. Lines for `/go.mod` alone say only that a manifest was read. */
export function readGoSum(text: string): LockfileContent {
  const found = new Collector('Go');
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim();
    if (line === '') return;
    const match = /^(\S+) (v\S+?)(\/go\.mod)? h1:\S+$/.exec(line);
    if (match === null) throw new LockfileSyntaxError(`line ${index + 1}`, 'module, version and hash are expected');
    if (match[3] === undefined) found.add(match[1] as string, withoutV(match[2] as string), `line ${index + 1}`);
  });
  return { format: 'go.sum', packages: found.packages, unjudgeable: found.unjudgeable };
}

interface Replacement {
  readonly version: string | undefined;
  readonly target: string;
  readonly targetVersion: string | undefined;
}

/** go.mod: https://go.dev/ref/mod#go-mod-file. From Go 1.17 on it names every module of the build. */
export function readGoMod(text: string): LockfileContent {
  const found = new Collector('Go');
  const required: { name: string; version: string; path: string }[] = [];
  const replaced = new Map<string, Replacement[]>();
  let hasModule = false;
  for (const { verb, rest, path } of directives(text)) {
    if (verb === 'module') hasModule = true;
    if (verb === 'require') {
      const match = /^(\S+) (v\S+)$/.exec(rest);
      if (match === null) throw new LockfileSyntaxError(path, 'require names a module and a version');
      required.push({ name: unquoted(match[1] as string), version: match[2] as string, path });
    } else if (verb === 'replace') {
      const match = /^(\S+)(?: (v\S+))? => (\S+)(?: (v\S+))?$/.exec(rest);
      if (match === null) throw new LockfileSyntaxError(path, 'replace names a module and what stands for it');
      const [, name = '', version, target = '', targetVersion] = match;
      const known = replaced.get(unquoted(name)) ?? [];
      known.push({ version, target: unquoted(target), targetVersion });
      replaced.set(unquoted(name), known);
    }
  }
  if (!hasModule) throw new LockfileSyntaxError('the whole file', 'no module directive');
  for (const { name, version, path } of required) {
    const instead = (replaced.get(name) ?? []).find(
      (entry) => entry.version === undefined || entry.version === version,
    );
    if (instead === undefined) found.add(name, withoutV(version), path);
    else if (instead.targetVersion === undefined) found.skip(name, path, 'installed from a local path');
    else found.add(instead.target, withoutV(instead.targetVersion), path);
  }
  return { format: 'go.mod', packages: found.packages, unjudgeable: found.unjudgeable };
}

function directives(text: string): { verb: string; rest: string; path: string }[] {
  const found: { verb: string; rest: string; path: string }[] = [];
  let block: string | undefined;
  text.split('\n').forEach((raw, index) => {
    const path = `line ${index + 1}`;
    const line = raw
      .replace(/\/\/.*$/, '')
      .trim()
      .replace(/\s+/g, ' ');
    if (line === '') return;
    if (line === ')') {
      if (block === undefined) throw new LockfileSyntaxError(path, 'a block is closed that was not opened');
      block = undefined;
      return;
    }
    if (block !== undefined) {
      found.push({ verb: block, rest: line, path });
      return;
    }
    const opened = /^([a-z]+) ?\($/.exec(line);
    if (opened !== null) {
      block = opened[1];
      return;
    }
    const match = /^([a-z]+) (.+)$/.exec(line);
    if (match === null) throw new LockfileSyntaxError(path, 'no directive of a go.mod file');
    found.push({ verb: match[1] as string, rest: match[2] as string, path });
  });
  if (block !== undefined) throw new LockfileSyntaxError('the end of the file', `the ${block} block is not closed`);
  return found;
}

function unquoted(name: string): string {
  return name.replace(/^["`]|["`]$/g, '');
}

/** OSV writes Go versions without the v. */
function withoutV(version: string): string {
  return version.slice(1);
}

import { Collector } from './collect.ts';
import { reasonNotFromRegistry, splitAlias, splitDescriptor } from './npm-source.ts';
import { type LockfileContent, LockfileSyntaxError } from './types.ts';

/** One block of a Yarn 1 lockfile: https://classic.yarnpkg.com/lang/en/docs/yarn-lock/ */
export interface YarnEntry {
  /** `name@range`, one for each range that this version satisfies. */
  readonly descriptors: readonly string[];
  readonly version: string;
  readonly resolved: string | undefined;
  readonly line: number;
}

/** Yarn 1 does not say what is only for development, so everything counts as production. */
export function readYarnLock(text: string): LockfileContent {
  const found = new Collector('npm');
  for (const entry of yarnEntries(text)) {
    const path = `line ${entry.line}`;
    const descriptor = entry.descriptors[0] ?? '';
    if (descriptor === '') throw new LockfileSyntaxError(path, 'an entry without a name');
    const named = splitDescriptor(descriptor) ?? { name: descriptor, range: '' };
    const alias = splitAlias(named.range);
    const reason = reasonNotFromRegistry(named.range) ?? reasonNotFromRegistry(entry.resolved ?? '');
    if (alias === undefined && reason !== undefined) found.skip(named.name, path, reason);
    else found.add(alias?.name ?? named.name, entry.version, path);
  }
  return { format: 'yarn-1', packages: found.packages, unjudgeable: found.unjudgeable };
}

export function yarnEntries(text: string): YarnEntry[] {
  const entries: YarnEntry[] = [];
  let open: { descriptors: string[]; version: string; resolved: string | undefined; line: number } | undefined;
  const close = () => {
    if (open === undefined) return;
    if (open.version === '') throw new LockfileSyntaxError(`line ${open.line}`, 'an entry without a version');
    entries.push(open);
    open = undefined;
  };
  text.split('\n').forEach((raw, index) => {
    const line = raw.trimEnd();
    if (line === '' || line.startsWith('#')) return;
    if (!line.startsWith(' ')) {
      close();
      if (!line.endsWith(':'))
        throw new LockfileSyntaxError(`line ${index + 1}`, 'an entry name that ends in a colon is expected');
      open = { descriptors: descriptorsOf(line.slice(0, -1)), version: '', resolved: undefined, line: index + 1 };
      return;
    }
    if (open === undefined) throw new LockfileSyntaxError(`line ${index + 1}`, 'indented before any entry');
    const field = /^ {2}"?(version|resolved)"? "?([^"]*)"?$/.exec(line);
    if (field?.[1] === 'version') open.version = field[2] ?? '';
    else if (field?.[1] === 'resolved') open.resolved = field[2];
  });
  close();
  return entries;
}

/** `a@^1, "b@>=1 <2"`: quoted where the range has spaces. */
function descriptorsOf(header: string): string[] {
  return (header.match(/"[^"]*"|[^,\s][^,]*/g) ?? []).map((part) => part.trim().replace(/^"|"$/g, ''));
}

import { Collector } from './collect.ts';
import { type LockfileContent, LockfileSyntaxError } from './types.ts';

/**
 * requirements.txt: https://pip.pypa.io/en/stable/reference/requirements-file-format/. Only `name==version` says what is
 * installed; every other requirement is named as unjudgeable. A file named for development holds development packages.
 */
export function readRequirements(text: string, fileName: string): LockfileContent {
  const found = new Collector('PyPI');
  const isDev = /(?:^|[-_.])(?:dev|develop|development|test|tests|lint|docs)(?:[-_.]|$)/.test(fileName.toLowerCase());
  for (const { line, number } of logicalLines(text)) readLine(found, line, `line ${number}`, isDev);
  return { format: 'requirements', packages: found.packages, unjudgeable: found.unjudgeable };
}

const PINNED = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*={2,3}\s*([^\s,;*]+)$/;
const NAMED = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(@|[<>=!~(]|$)/;

/** Options that install something; the rest (an index, a hash mode) only say how. */
const OPTIONS: ReadonlyMap<string, string> = new Map([
  ['-r', 'another requirements file is included'],
  ['--requirement', 'another requirements file is included'],
  ['-e', 'installed from a local path or a repository'],
  ['--editable', 'installed from a local path or a repository'],
]);

function readLine(found: Collector, line: string, path: string, isDev: boolean): void {
  const option = /^(-[A-Za-z]|--[a-z-]+)(?:[\s=]|$)/.exec(line)?.[1];
  if (option !== undefined) {
    const reason = OPTIONS.get(option);
    if (reason !== undefined) found.skip(`(${option})`, path, reason);
    return;
  }
  const requirement = line.split(/\s+--|;/, 1)[0]?.trim() ?? '';
  const pinned = PINNED.exec(requirement);
  if (pinned !== null && !requirement.includes('${')) {
    found.add(pinned[1] as string, pinned[2] as string, path, isDev);
    return;
  }
  const named = NAMED.exec(requirement);
  if (named !== null) {
    const reason = named[2] === '@' ? 'installed from an address' : 'not pinned to one version';
    found.skip(named[1] as string, path, reason);
    return;
  }
  if (!/^(?:git\+|https?:|file:|\.{0,2}\/)/.test(requirement)) {
    throw new LockfileSyntaxError(path, 'no requirement that pip would understand');
  }
  found.skip('(address)', path, 'installed from an address');
}

/** Joins lines that end in a backslash and drops comments: a number sign at the start or after a space. */
function logicalLines(text: string): { line: string; number: number }[] {
  const lines: { line: string; number: number }[] = [];
  let open = '';
  let openedAt = 0;
  text.split('\n').forEach((raw, index) => {
    const line = raw.replace(/\r$/, '').replace(/(^|\s)#.*$/, '$1');
    if (open === '') openedAt = index + 1;
    if (line.endsWith('\\')) {
      open += `${line.slice(0, -1)} `;
      return;
    }
    // Runs of spaces are cut here, so that no expression above walks them again and again.
    const whole = (open + line).replace(/\s+/g, ' ').trim();
    open = '';
    if (whole !== '') lines.push({ line: whole, number: openedAt });
  });
  if (open.trim() !== '') lines.push({ line: open.replace(/\s+/g, ' ').trim(), number: openedAt });
  return lines;
}

import { Collector } from './collect.ts';
import { type LockfileContent, LockfileSyntaxError } from './types.ts';

/** Bundler puts the platform behind the version: `1.15.0-x86_64-linux`. */
const PLATFORM = /-(?:java|jruby|mswin\d*|mingw\d*|universal|aarch64|arm64|arm|x86|x64|x86_64)(?:-.*)?$/;

const GEM_SECTIONS: ReadonlySet<string> = new Set(['GEM', 'GIT', 'PATH', 'PLUGIN SOURCE']);

/** Gemfile.lock: sections at the margin; in GEM, gems at four spaces and what they need at six. */
export function readGemfileLock(text: string): LockfileContent {
  const found = new Collector('RubyGems');
  let section: string | undefined;
  text.split('\n').forEach((raw, index) => {
    const line = raw.replace(/\r$/, '');
    const path = `line ${index + 1}`;
    if (line.trim() === '') return;
    if (!line.startsWith(' ')) {
      if (!/^[A-Z][A-Z0-9 ]*$/.test(line))
        throw new LockfileSyntaxError(path, 'a section name in capitals is expected');
      section = line;
      return;
    }
    if (section === undefined) throw new LockfileSyntaxError(path, 'indented before any section');
    const gem = /^ {4}(\S+) \(([^)]+)\)$/.exec(line);
    if (gem === null) {
      if (/^ {4}\S/.test(line) && GEM_SECTIONS.has(section)) {
        throw new LockfileSyntaxError(path, 'a gem and its version in brackets are expected');
      }
      return;
    }
    const [, name = '', version = ''] = gem;
    if (section === 'GEM') found.add(name, version.replace(PLATFORM, ''), path);
    else if (section === 'GIT') found.skip(name, path, 'installed from a git repository');
    else if (section === 'PATH' || section === 'PLUGIN SOURCE') found.skip(name, path, 'installed from a local path');
  });
  if (section === undefined) throw new LockfileSyntaxError('the whole file', 'no section of a Gemfile.lock');
  return { format: 'gemfile', packages: found.packages, unjudgeable: found.unjudgeable };
}

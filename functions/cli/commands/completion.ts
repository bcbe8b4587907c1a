import { PHASE_NAMES } from '../../../shared/domain/catalog.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import { COMMON_OPTIONS } from '../arguments.ts';
import type { Command } from '../command.ts';

const SHELLS = ['bash', 'zsh'] as const;

/** The command that prints completions; it is given the others, because it completes them. */
export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    usage: 'completion bash|zsh',
    summary: 'prints shell completion for a command or alias named highnoon',
    options: {},
    positionals: { least: 1, most: 1 },
    async run({ positionals: [shell = ''] }, output) {
      if (!(SHELLS as readonly string[]).includes(shell))
        throw new UsageError(`completion: shell '${shell}': ${SHELLS.join(' or ')} is allowed`);
      const script = completionScript(commands(), shell as (typeof SHELLS)[number]);
      output.line(script);
      output.document({ schema: 'highnoon.completion/1', shell, script });
      return 0;
    },
  };
}

/** Words that follow a command, from what the command itself says that it takes. */
export function completionScript(commands: readonly Command[], shell: (typeof SHELLS)[number]): string {
  const firsts = [...new Set(['help', ...commands.map(({ name }) => name.split(' ')[0] ?? '')])];
  const words = new Map<string, readonly string[]>();
  const add = (typed: string, more: readonly string[]) => words.set(typed, [...(words.get(typed) ?? []), ...more]);
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ');
    // The first word of a pair may be a command by itself: it takes its own options and the second words.
    if (second !== undefined) add(first, [second]);
    add(command.name, wordsOf(command));
  }
  const cases = [...words].map(([typed, known]) => `    '${typed}') words='${known.join(' ')}' ;;`);
  const isPair = (line: string) => /^\s+'\S+ \S+'\)/.test(line);
  return [
    '# High Noon. Load it, and give the command a short name:',
    "#   alias highnoon='npm run -s highnoon --'",
    `#   source <(npm run -s highnoon -- completion ${shell})`,
    ...(shell === 'zsh' ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    '_highnoon() {',
    `  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}`,
    `  local one=\${COMP_WORDS[1]} two="\${COMP_WORDS[1]} \${COMP_WORDS[2]}" words=`,
    '  case "$two" in',
    ...cases.filter(isPair),
    '  esac',
    '  if [ -z "$words" ]; then case "$one" in',
    ...cases.filter((line) => !isPair(line)),
    '  esac; fi',
    `  if [ "$COMP_CWORD" -eq 1 ]; then words='${firsts.join(' ')}'; fi`,
    '  case "$prev" in',
    "    --store) words='local firestore' ;;",
    '    --data|--into) COMPREPLY=($(compgen -d -- "$cur")); return ;;',
    '    --config) COMPREPLY=($(compgen -f -- "$cur")); return ;;',
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    '}',
    'complete -F _highnoon highnoon',
  ].join('\n');
}

function wordsOf({ usage, options }: Command): string[] {
  const named = Object.keys({ ...options, ...COMMON_OPTIONS }).map((name) => `--${name}`);
  return usage.includes(' PHASE') ? [...PHASE_NAMES, ...named] : named;
}

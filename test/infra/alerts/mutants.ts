import type { Rule } from './promtool.ts';

export interface Mutant {
  readonly policy: string;
  readonly what: string;
  readonly rule: Rule;
}

/** Every place where a pattern matches, each replaced alone. */
function each(
  query: string,
  pattern: RegExp,
  replacements: (match: RegExpExecArray) => readonly string[],
): { what: string; query: string }[] {
  return [...query.matchAll(pattern)].flatMap((match) =>
    replacements(match).map((replacement) => ({
      what: `${match[0].trim()} -> ${replacement.trim() || 'nothing'}`,
      query: query.slice(0, match.index) + replacement + query.slice(match.index + match[0].length),
    })),
  );
}

const around = (operator: string, bound: number): string[] =>
  operator === '>'
    ? [`> ${bound * 10 + 10}`, bound === 0 ? '> -1' : `> ${bound / 10}`]
    : [`${operator} ${bound + 1}`, `${operator} ${bound - 1}`];

/** The mistakes a person makes in a condition: another threshold, another class, a look-back too short, a clause lost. */
export function mutantsOf(rule: Rule): Mutant[] {
  const level = rule.query.includes('herbitrage_');
  const absent = rule.query.startsWith('absent_over_time');
  const changed = [
    ...each(rule.query, /(==|>=|>) (-?\d+)/g, ([, operator = '', bound]) => around(operator, Number(bound))),
    ...(level && !absent ? each(rule.query, /\[20m\]/g, () => ['[5m]']).slice(0, 1) : []),
    ...(absent ? each(rule.query, /\[15m\]/g, () => ['[10m]', '[60m]']) : []),
    ...each(rule.query, / unless on \([a-z, ]+\) last_over_time\([^)]*\) [=<>]+ \d+/g, () => ['']),
    ...each(rule.query, /phase(=|=~|!~)"[^"]*"/g, ([, operator = '']) => [
      operator === '!~' ? 'phase!~".+"' : 'phase="nothing"',
    ]),
    ...each(rule.query, /environment="production"/g, () => ['environment=~".+"']).slice(0, 1),
  ];
  return changed.map(({ what, query }, index) => ({
    policy: rule.name,
    what,
    rule: { ...rule, name: `${rule.name}~${index}`, query },
  }));
}

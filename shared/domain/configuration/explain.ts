/** Mistakes as a person reads them in a terminal. */
import type { Mistake } from './mistake.ts';

/** Verdict first, then a paragraph a mistake: place, path, value, what is wrong, what is allowed. */
export function explainMistakes(mistakes: readonly Mistake[], fileName: string, omitted = 0): string {
  const count = mistakes.length + omitted;
  const head = `${fileName}: ${count} mistake${count === 1 ? '' : 's'}; nothing was run.`;
  const tail = omitted > 0 ? [`... and ${omitted} more.`] : [];
  return [head, ...mistakes.map((mistake) => explainMistake(mistake, fileName)), ...tail].join('\n\n');
}

function explainMistake({ path, value, message, allowed, line, column }: Mistake, fileName: string): string {
  const place = line === undefined ? fileName : `${fileName}:${line}:${column ?? 1}`;
  const subject = path === '' ? 'the file' : path;
  const found = value === '' ? '' : `\n  found:   ${value}`;
  return `${place}\n  ${subject} ${message}${found}\n  allowed: ${allowed}`;
}

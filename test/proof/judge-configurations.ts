// Judges configuration texts that its parent sends, and says how long each took: a process of its own, so that its memory is that of
// the parser and not that of the fuzzer.
import { explainMistakes, type Mistake, parseConfiguration } from '../../shared/domain/configuration/index.ts';
import { checkExpression } from '../../shared/runtime/check-expressions.ts';
import { cpuMs, peakMegabytes } from './measure.ts';

export interface Task {
  readonly isLocal: boolean;
  readonly text: string;
}

export interface Judged {
  /** Of processor time. */
  readonly ms: number;
  readonly bytes: number;
  readonly isAccepted: boolean;
  readonly mistakes: number;
  readonly faults: readonly string[];
  /** The most memory that this process has held so far. */
  readonly megabytes: number;
}

/** What a person needs to mend it; undefined when all of it is there. */
function lackOf({ path, value, message, allowed, line }: Mistake, text: string): string | undefined {
  if (message === '' || allowed === '') return 'says neither what is wrong nor what is allowed';
  if (path === '' && line === undefined && text !== '' && !/the file|is not a map/.test(message)) return 'has no place';
  if (path !== '' && line === undefined) return 'has no line';
  const isAboutAbsence = /is missing|stands here a second time|is a name that every object has|merge keys/.test(
    message,
  );
  if (path !== '' && value === '' && !isAboutAbsence) return 'does not say what stands there';
  return undefined;
}

export function judge({ isLocal, text }: Task): Judged {
  const faults: string[] = [];
  const note = (what: string) => faults.push(`${what}: ${JSON.stringify(text.slice(0, 400))}`);
  const bytes = Buffer.byteLength(text);
  const began = cpuMs();
  try {
    const parsed = parseConfiguration(text, {
      fileName: 'any',
      allowLoopbackHttp: isLocal,
      allowSample: isLocal,
      checkExpression,
    });
    const answer = { ms: cpuMs() - began, bytes, isAccepted: parsed.ok, megabytes: peakMegabytes() };
    if (parsed.ok) return { ...answer, mistakes: 0, faults };
    if (parsed.mistakes.length === 0) note('refused without a mistake');
    for (const mistake of parsed.mistakes) {
      const lack = lackOf(mistake, text);
      if (lack !== undefined) note(`${lack} (${mistake.path}: ${mistake.message})`);
    }
    const told = explainMistakes(parsed.mistakes, 'any', parsed.omitted);
    // Line ends are the sentences' own; nothing else may steer the terminal that shows them.
    const steering = told.search(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    if (steering >= 0) note(`steers a terminal by ${JSON.stringify(told.slice(steering - 80, steering + 20))}`);
    if ('polluted' in {} || Object.keys(Object.prototype).length > 0) note('changed a prototype');
    return { ...answer, mistakes: parsed.mistakes.length, faults };
  } catch (error) {
    note(`throws ${String(error)}`);
    return { ms: cpuMs() - began, bytes, isAccepted: false, mistakes: 0, faults, megabytes: peakMegabytes() };
  }
}

if (import.meta.main) process.on('message', (tasks: readonly Task[]) => process.send?.(tasks.map(judge)));

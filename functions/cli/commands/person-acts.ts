import { UsageError } from '../../../shared/domain/errors.ts';
import type { ActAnswer, Actor } from '../../../shared/engine/acts/act.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { type Arguments, type OptionSpec, requiredText, timeOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, storeOption } from '../open-runtime.ts';

/** Options of everything that a person does through the command line. */
export const PERSON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  reason: { type: 'string', value: 'TEXT', help: 'why; it stands in the ledger' },
  actor: { type: 'string', value: 'NAME', help: 'who acts (local store)' },
  at: { type: 'string', value: 'T', help: 'when (local store; default: where the clock of the data folder stands)' },
};

/** With the cloud's store only the operator function, which knows who asks, writes anything. */
export function requireLocal(args: Arguments, name: string): void {
  if (storeOption(args) === 'firestore')
    throw new UsageError(`${name}: --store local is allowed; in the cloud people act through the operator page`);
}

/** A command about one named thing, with one line in the ledger. */
export function personAct(declared: {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly options?: Readonly<Record<string, OptionSpec>>;
  act(engine: Engine, who: Actor, subject: string, reason: string, args: Arguments): Promise<ActAnswer>;
}): Command {
  return {
    name: declared.name,
    usage: declared.usage,
    summary: declared.summary,
    options: { ...PERSON_OPTIONS, ...declared.options },
    positionals: { least: 1, most: 1 },
    async run(args, output) {
      requireLocal(args, declared.name);
      const [subject = ''] = args.positionals;
      const reason = requiredText(args, 'reason', declared.name);
      const who = { name: requiredText(args, 'actor', declared.name) };
      const runtime = await openLocal(args, output, localTime(dataFolder(args), timeOption(args, 'at')));
      try {
        const answer = await declared.act(runtime.engine, who, subject, reason, args);
        output.line(answer.ok ? answer.message : `REFUSED: ${answer.why}`);
        output.document({ schema: 'highnoon.act/1', act: declared.name, actor: who.name, ...answer });
        return answer.ok ? 0 : 1;
      } finally {
        await runtime.close();
      }
    },
  };
}

import { UsageError } from '../../../shared/domain/errors.ts';
import type { ActAnswer, Actor } from '../../../shared/engine/acts/act.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { type Arguments, type OptionSpec, requiredText, textOption, timeOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, requirePlayed, storeOption } from '../open-runtime.ts';
import type { Output } from '../output.ts';

/** Options of everything that a person does through the command line. */
export const PERSON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  reason: { type: 'string', value: 'TEXT', help: 'why; it stands in the ledger', needed: 'always' },
  actor: {
    type: 'string',
    value: 'NAME',
    help: 'who acts (local store; in the cloud it is the verified caller, and not given)',
    needed: 'local-store',
  },
  at: { type: 'string', value: 'T', help: 'when (local store; default: where the clock of the data folder stands)' },
};

/** A command about one named thing, with one line in the ledger. */
export function personAct(declared: {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly options?: Readonly<Record<string, OptionSpec>>;
  act(engine: Engine, who: Actor, subject: string, reason: string, args: Arguments): Promise<ActAnswer>;
  /** With the cloud's store only the operator function, which knows who asks, writes anything: what it is asked. */
  readonly inCloud: {
    readonly act: string;
    body(subject: string, args: Arguments): Readonly<Record<string, unknown>>;
    /** What the person does with their own rights before it is noted. Returns false when nothing is to be noted. */
    before?(subject: string, args: Arguments, output: Output): Promise<boolean>;
  };
}): Command {
  return {
    name: declared.name,
    usage: declared.usage,
    summary: declared.summary,
    options: { ...PERSON_OPTIONS, ...declared.options },
    positionals: { least: 1, most: 1 },
    async run(args, output) {
      const [subject = ''] = args.positionals;
      const reason = requiredText(args, 'reason', declared.name);
      if (storeOption(args) === 'firestore') {
        if (textOption(args, 'actor') !== undefined)
          throw new UsageError(
            `${declared.name}: --actor is for the local store; in the cloud the verified caller acts`,
          );
        const { inCloud } = declared;
        if ((await inCloud.before?.(subject, args, output)) === false) return 1;
        const { askOperator } = await import('../cloud/act.ts');
        return askOperator(inCloud.act, { ...inCloud.body(subject, args), reason }, output);
      }
      const who = { name: requiredText(args, 'actor', declared.name) };
      requirePlayed(declared.name, args);
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

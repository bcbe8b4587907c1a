import { existsSync } from 'node:fs';
import { chainSlot, type DayRecord, summaryOf } from '../../../shared/domain/day.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import { NOON_TEXTS, noonDateOf } from '../../../shared/domain/noon-date.ts';
import { parseSlotId, startClosesAt } from '../../../shared/domain/slot.ts';
import { dateOf, parseInstant, plusSeconds } from '../../../shared/domain/time.ts';
import type { ActAnswer, Actor } from '../../../shared/engine/acts/act.ts';
import { holdNoon, releaseNoon } from '../../../shared/engine/acts/hold.ts';
import { liftLockdown, lockDown } from '../../../shared/engine/acts/lockdown.ts';
import { grantOverride, grantWaiver } from '../../../shared/engine/acts/override.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { paths } from '../../../shared/engine/records.ts';
import { type Arguments, type OptionSpec, requiredText, textOption, timeOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, requirePlayed, storeOption } from '../open-runtime.ts';
import { PERSON_OPTIONS } from './person-acts.ts';

type Act = (engine: Engine, who: Actor, reason: string) => Promise<ActAnswer>;
/** Parses what the act takes before anything is opened: a mistake makes no world. */
type Prepare = (args: Arguments) => Act;

const SLOT: Readonly<Record<string, OptionSpec>> = {
  slot: {
    type: 'string',
    value: 'T',
    help: 'the date or noon that it is about (default: the next noon that has not ended)',
  },
};

/** Whoever stops what has not begun is not sent away: the world begins stopped, and is told to be new. */
const STOPPING: ReadonlySet<string> = new Set(['hold', 'lockdown']);

function actCommand(
  name: string,
  usage: string,
  summary: string,
  options: Readonly<Record<string, OptionSpec>>,
  prepare: Prepare,
): Command {
  return {
    name,
    usage,
    summary,
    options: { ...PERSON_OPTIONS, ...options },
    positionals: { least: 0, most: 0 },
    async run(args, output) {
      const reason = requiredText(args, 'reason', name);
      const act = prepare(args);
      if (storeOption(args) === 'firestore') {
        const { actThroughOperator } = await import('../cloud/act.ts');
        return actThroughOperator(name, args, output);
      }
      const who = { name: requiredText(args, 'actor', name) };
      const data = dataFolder(args);
      if (existsSync(data) || !STOPPING.has(name)) requirePlayed(name, args);
      else output.progress(`there was no folder '${data}': a world begins in it with this ${name}`);
      const runtime = await openLocal(args, output, localTime(data, timeOption(args, 'at')));
      try {
        const answer = await act(runtime.engine, who, reason);
        output.line(answer.ok ? answer.message : `REFUSED: ${answer.why}`);
        output.document({ schema: 'highnoon.act/1', act: name, actor: who.name, ...answer });
        return answer.ok ? 0 : 1;
      } finally {
        await runtime.close();
      }
    },
  };
}

/** The date of the noon that `--slot` names; left out, that of the next noon that has not ended. */
function noonOption(args: Arguments): (engine: Engine) => Promise<string> {
  const text = textOption(args, 'slot');
  if (text === undefined) return nextOpenDate;
  const date = noonDateOf(text);
  if (date === undefined) throw new UsageError(`--slot '${text}': ${NOON_TEXTS} is allowed`);
  return async () => date;
}

async function nextOpenDate(engine: Engine): Promise<string> {
  const today = dateOf(engine.clock.now());
  const day = await engine.documents.get<DayRecord>(paths.day(today));
  const hasEnded =
    engine.clock.now() > startClosesAt(chainSlot('high-noon-sync', today)) ||
    (day !== undefined && summaryOf(day, 'high-noon-sync')?.status === 'concluded');
  return hasEnded ? dateOf(plusSeconds(`${today}T00:00:00.000Z`, 86_400)) : today;
}

function requiredTime(args: Arguments, name: string, command: string): string {
  requiredText(args, name, command);
  return timeOption(args, name) ?? '';
}

/** The id, or a time together with the operation's phase in the finding. */
function slotIdOption(args: Arguments, command: string): string {
  const text = requiredText(args, 'slot', command);
  const known = parseSlotId(text)?.slotId;
  const at = parseInstant(text);
  const found =
    known ??
    (at === undefined
      ? undefined
      : ['t-90-prep', 't-30-final-check']
          .map((phase) => parseSlotId(`${phase}@${at.slice(0, 16)}Z`)?.slotId)
          .find((id) => id !== undefined));
  if (found === undefined) throw new UsageError(`--slot '${text}': a slot of t-90-prep or t-30-final-check is allowed`);
  return found;
}

export const ACT_COMMANDS: readonly Command[] = [
  actCommand(
    'hold',
    'hold --actor NAME --reason TEXT [--slot T]',
    'noon of that date waits for a person',
    SLOT,
    (args) => {
      const dateIn = noonOption(args);
      return async (engine, who, reason) => holdNoon(engine, who, { date: await dateIn(engine), reason });
    },
  ),
  actCommand(
    'release',
    'release --actor NAME --reason TEXT [--slot T]',
    'lets a held noon go, inside the launch window',
    SLOT,
    (args) => {
      const dateIn = noonOption(args);
      return async (engine, who, reason) => releaseNoon(engine, who, { date: await dateIn(engine), reason });
    },
  ),
  actCommand(
    'lockdown',
    'lockdown --actor NAME --reason TEXT',
    'blocks everything that changes anything',
    {},
    () => (engine, who, reason) => lockDown(engine, who, { reason }),
  ),
  actCommand(
    'unlock',
    'unlock --actor NAME --reason TEXT [--epoch N]',
    'lifts a lockdown; for a compliance cause the first act proposes and a second person completes',
    { epoch: { type: 'string', value: 'N', help: 'the lockdown that is meant (default: the one in force)' } },
    (args) => {
      const text = textOption(args, 'epoch');
      const epoch = text === undefined ? undefined : Number(text);
      if (epoch !== undefined && !Number.isSafeInteger(epoch))
        throw new UsageError(`--epoch '${text}': a whole number is allowed`);
      return (engine, who, reason) => liftLockdown(engine, who, { reason, epoch });
    },
  ),
  actCommand(
    'override',
    'override --slot T --finding ID --until T --actor NAME --reason TEXT',
    'judges one finding of one slot as degraded in its next attempt',
    {
      slot: { type: 'string', value: 'T', help: 'the slot of t-90-prep or t-30-final-check', needed: 'always' },
      finding: {
        type: 'string',
        value: 'ID',
        help: 'operation/subject/code, as run --json shows it',
        needed: 'always',
      },
      until: { type: 'string', value: 'T', help: 'when it ends', needed: 'always' },
    },
    (args) => {
      const named = {
        slotId: slotIdOption(args, 'override'),
        findingId: requiredText(args, 'finding', 'override'),
        until: requiredTime(args, 'until', 'override'),
      };
      return (engine, who, reason) => grantOverride(engine, who, { ...named, reason });
    },
  ),
  actCommand(
    'waive',
    'waive --finding GUARDRAIL --until T --actor NAME --reason TEXT [--records ID,ID]',
    'a dated exception to a guardrail; a critical one takes two people',
    {
      finding: { type: 'string', value: 'ID', help: 'the guardrail, or a finding of it', needed: 'always' },
      until: { type: 'string', value: 'T', help: 'when it ends', needed: 'always' },
      records: { type: 'string', value: 'IDS', help: 'records it covers, separated by commas (default: all)' },
    },
    (args) => {
      const finding = requiredText(args, 'finding', 'waive');
      const until = requiredTime(args, 'until', 'waive');
      const records = (textOption(args, 'records') ?? '').split(',').filter((id) => id !== '');
      return (engine, who, reason) => {
        const known = engine.configuration.guardrails.map(({ id }) => id);
        const guardrail = known.includes(finding)
          ? finding
          : (finding.split('/').find((part) => known.includes(part)) ?? finding);
        return grantWaiver(engine, who, { guardrail, records, until, reason });
      };
    },
  ),
];

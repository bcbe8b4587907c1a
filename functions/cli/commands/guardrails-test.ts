import { UsageError } from '../../../shared/domain/errors.ts';
import { dateOf, plusSeconds } from '../../../shared/domain/time.ts';
import { type BackTestDay, backTest } from '../../../shared/operations/compliance/back-test.ts';
import { pastAudits } from '../../../shared/operations/compliance/past-audits.ts';
import { presentEvidence } from '../../../shared/operations/compliance/present-evidence.ts';
import { loadConfiguration } from '../../../shared/runtime/load-configuration.ts';
import { dateOption, textOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, requirePlayed, storeOption } from '../open-runtime.ts';
import { countText } from '../snapshots/table.ts';

const USUAL_DAYS = 30;

export const guardrailsTestCommand: Command = {
  name: 'guardrails test',
  usage: 'guardrails test [--rules FILE] [--from D] [--to D]',
  summary: 'back-tests a changed rule set over recorded evidence: which past days would have been stopped',
  options: {
    rules: {
      type: 'string',
      value: 'FILE',
      help: 'a configuration with the changed guardrails (default: the one in force)',
    },
    from: { type: 'string', value: 'D', help: `the first date (default: ${USUAL_DAYS} days back)` },
    to: { type: 'string', value: 'D', help: 'the date after the last (default: tomorrow)' },
  },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    if (storeOption(args) === 'firestore')
      throw new UsageError('guardrails test: recorded evidence is read from the local store only');
    requirePlayed('guardrails test', args);
    const at = localTime(dataFolder(args), undefined);
    const from = dateOption(args, 'from') ?? dateOf(plusSeconds(at, -USUAL_DAYS * 86_400));
    const to = dateOption(args, 'to') ?? dateOf(plusSeconds(at, 86_400));
    if (from >= to) throw new UsageError(`guardrails test: --from ${from} is not before --to ${to}`);
    const rules = textOption(args, 'rules');
    const runtime = await openLocal(args, output, at);
    try {
      const { engine } = runtime;
      const configuration =
        rules === undefined ? engine.configuration : (await loadConfiguration(rules, { local: true })).configuration;
      const past = await pastAudits(engine.ports.history, from, to);
      const result = await backTest({
        past,
        configuration,
        archive: presentEvidence(engine.ports.evidence, engine.configuration),
        signal: engine.draining,
      });
      output.line(
        past.length === 0
          ? `No audited day from ${from} to ${to}: nothing was tested.`
          : `${countText(past.length, 'audited day')} from ${from} to ${to}: ${result.stopped.length} would be stopped, ${result.released.length} would no longer be`,
      );
      for (const day of result.days) output.line(dayLine(day));
      output.document(result);
      return past.length === 0 ? 1 : 0;
    } finally {
      await runtime.close();
    }
  },
};

function dayLine({ date, was, wouldBe, stoppedBy, cannotTell }: BackTestDay): string {
  const by = stoppedBy.length === 0 ? '' : `  by ${stoppedBy.join(', ')}`;
  const open =
    cannotTell.length === 0 ? '' : `  cannot tell: ${cannotTell.map(({ guardrail }) => guardrail).join(', ')}`;
  return `${date}  was ${was}, would be ${wouldBe}${by}${open}`;
}

import { flagOption } from '../arguments.ts';
import { forget, lockdownReason, planForget } from './forget.ts';
import { ACTOR, snapshotCommand } from './snapshot-command.ts';
import { bytesText, columns, countText } from './table.ts';
import { actorOf } from './write-act.ts';

export const forgetCommand = snapshotCommand({
  verb: 'forget',
  usage: 'forget [--dry-run]',
  summary: 'removes what no rule of `snapshots.retention` keeps, and says of every other one why it stays',
  options: { ...ACTOR, 'dry-run': { type: 'boolean', help: 'only says it' } },
  async run(world, args, output) {
    const dryRun = flagOption(args, 'dry-run');
    const plan = await planForget(world);
    const blocked = dryRun || plan.remove.length === 0 ? undefined : await lockdownReason(world);
    const done = dryRun || blocked !== undefined ? undefined : await forget(world, plan, actorOf(args));
    const words = dryRun ? 'would remove' : blocked === undefined ? 'removed' : 'REFUSED to remove';
    output.line(
      `${words} ${countText(plan.remove.length, 'snapshot')}, ${plan.keep.length} stay${blocked === undefined ? '' : `: ${blocked}`}`,
    );
    if (done !== undefined && done.freedBytes > 0) output.line(`freed ${bytesText(done.freedBytes)}`);
    for (const line of columns(plan.keep.map(({ id, reasons }) => ['keep', id, reasons.join(', ')]))) output.line(line);
    for (const { id, reason } of plan.remove) output.line(`remove  ${id}  ${reason}`);
    output.document({
      schema: 'highnoon.snapshots-forget/1',
      dryRun,
      refused: blocked ?? null,
      keep: plan.keep,
      remove: plan.remove,
      freedBytes: done?.freedBytes ?? 0,
    });
    return blocked === undefined ? 0 : 1;
  },
});

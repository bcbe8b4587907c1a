import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fails } from '../../shared/domain/finding.ts';
import { releaseNoon } from '../../shared/engine/acts/hold.ts';
import { lockDown } from '../../shared/engine/acts/lockdown.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { sweep } from '../../shared/engine/sweep.ts';
import { nextThing } from '../../shared/operator/page/next-thing.ts';
import { readPage } from '../../shared/operator/page/view.ts';
import { testCheck, testPhase } from '../support/engine.ts';
import { failingNoon, green, playChain, redFinalCheck, violating } from './days.ts';
import { at, DATE, type Operator, openOperator } from './support.ts';

const cloud = { isLocal: false, resourceName: (name: string) => `highnoon-${name}` };
const next = async (operator: Operator) => nextThing(await readPage(operator.engine), cloud);

describe('the one thing to do next', () => {
  it('is nothing on a green day, and says what is due when', async () => {
    using operator = await openOperator('09:00');
    assert.match((await next(operator)).text, /T-90 is due at 10:30/);
    await operator.run('t-90-prep', '10:30');
    assert.match((await next(operator)).text, /T-30 is due at 11:30/);
    await operator.run('t-30-final-check', '11:30');
    await operator.run('high-noon-sync', '12:00');
    assert.deepEqual((({ tone, title, text }) => [tone, title, text])(await next(operator)), [
      'calm',
      'Nothing to do',
      'Noon is done.',
    ]);
  });

  it('after a red T-30 counts the checks, and gives both times and the exact lines', async () => {
    using operator = await openOperator();
    operator.setPhases(redFinalCheck());
    await sweep(operator.engine);
    await operator.run('t-90-prep', '10:30');
    await operator.run('t-30-final-check', '11:30');
    operator.clock.advanceTo(at('11:32'));
    const told = await next(operator);
    assert.equal(
      told.title,
      'T-30 is red: two checks failed, one could not tell; fix, then rerun; release until 12:30',
    );
    assert.match(told.text, /may start until 12:20/);
    assert.equal(told.until, at('12:20'));
    assert.deepEqual(
      told.commands.map(({ text }) => text),
      [
        `npm run -s highnoon -- run t-30-final-check --store firestore --slot ${DATE}T11:30:00Z --rerun --reason "what was mended"`,
        `gcloud pubsub topics publish highnoon-t-30-final-check --message='{"phase":"t-30-final-check","rerun":true,"slot":"${DATE}T11:30:00Z","reason":"what was mended"}'`,
        `npm run -s highnoon -- release --store firestore --slot ${DATE} --reason "why"`,
      ],
    );
    operator.clock.advanceTo(at('12:21'));
    const late = await next(operator);
    assert.match(late.title, /can no longer be rerun: no launch today/);
    assert.match(late.text, /scrubbed at 12:30/);
    await operator.run('high-noon-sync', '12:25');
    operator.clock.advanceTo(at('12:31'));
    await sweep(operator.engine);
    assert.match((await next(operator)).title, /given up \(scrubbed\); nothing was released/);
  });

  it('after a rerun that passed is to release the hold', async () => {
    using operator = await openOperator();
    operator.setPhases(redFinalCheck());
    await operator.run('t-90-prep', '10:30');
    await operator.run('t-30-final-check', '11:30');
    operator.setPhases(green());
    operator.clock.advanceTo(at('11:45'));
    await runPhase(operator.engine, {
      phase: 't-30-final-check',
      kind: 'manual',
      messageId: 'rerun',
      publishedAt: at('11:45'),
      dryRun: false,
      rerun: true,
      slotDueAt: at('11:30'),
    });
    const told = await next(operator);
    assert.equal(told.title, 'Everything is go: release the hold until 12:30');
    assert.deepEqual(told.acts, ['release']);
    await releaseNoon(operator.engine, { name: 'ana' }, { date: DATE, reason: 'x' });
    assert.equal((await next(operator)).tone, 'calm');
  });

  it('after a red T-90 is to rerun it until 11:40, and then to give the day up', async () => {
    using operator = await openOperator();
    const red: Engine['phases'] = {
      ...green(),
      't-90-prep': testPhase('t-90-prep', [
        testCheck('check-world', () => [fails({ code: 'down', subject: 'w', message: 'w is down', remedy: 'x' })]),
      ]),
    };
    operator.setPhases(red);
    await operator.run('t-90-prep', '10:30');
    const told = await next(operator);
    assert.equal(told.title, 'T-90 is red: one check failed; fix, then rerun');
    assert.equal(told.until, at('11:40'));
    operator.clock.advanceTo(at('11:41'));
    assert.match((await next(operator)).title, /no launch today/);
  });

  it('after a noon that was rolled back says that everything is as before', async () => {
    using operator = await openOperator();
    await playChain(operator, failingNoon());
    const told = await next(operator);
    assert.equal(told.title, 'Noon ended rolled-back');
    assert.match(told.text, /everything is as before/i);
  });

  it('in a lockdown is to end its cause, with the epoch in the line', async () => {
    using operator = await openOperator();
    await playChain(operator, violating());
    const told = await next(operator);
    assert.equal(told.tone, 'stop');
    assert.match(told.text, /two people lift it/);
    assert.match(told.commands[0]?.text ?? '', /unlock --store firestore --epoch 1/);
    using other = await openOperator();
    await lockDown(other.engine, { name: 'sam' }, { reason: 'a report' });
    assert.match((await next(other)).text, /somebody other than sam lifts it/);
  });

  it('is told when a slot did not start, without naming anything to do that is not there', async () => {
    using operator = await openOperator('10:32');
    assert.match((await next(operator)).title, /due now/);
    operator.clock.advanceTo(at('11:16'));
    assert.match((await next(operator)).title, /T-90 did not start in its window/);
  });
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createLocalAccessChange } from '../../../shared/adapters/local/access.ts';
import { accessProposals, approveAccess, isAccessReviewed, noteApplied } from '../../../shared/engine/acts/access.ts';
import { assignRisk, closeRisk, recordRestoreTest, waiveAdvisory } from '../../../shared/engine/acts/risk.ts';
import { compareWithLedger } from '../../../shared/engine/compare-with-ledger.ts';
import { createHistory } from '../../../shared/engine/history.ts';
import { currentRegister } from '../../../shared/engine/risk-register.ts';
import { openStory, type Story } from '../../day/support.ts';

const SAM = { name: 'sam@livhana.example' };
const OWNER = { role: 'roles/owner', member: 'user:jesse@livhana.example', condition: null };
const HUMAN_ROLE = 'review-access/bindings/roles/owner/user:jesse@livhana.example/human-role';
const reason = 'because';

async function sunday(story: Story) {
  await story.morning();
  await story.run('high-noon-sync', '12:00');
  assert.equal((await story.run('snapshot-orchestration', '12:01')).ending, 'passed');
  return story.run('weekly-risk-review', '12:02');
}

describe('a Sunday of the sample world', () => {
  it('ends with a register and a report in three forms; what people do with it stands in the ledger', async () => {
    await using story = await openStory({ date: '2026-11-22' });
    const file = join(story.data, 'access.json');
    const access = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...access, bindings: [...access.bindings, OWNER] }));
    const run = await sunday(story);
    assert.equal(run.ending, 'failed');
    const noon = 'high-noon-sync@2026-11-22T12:00Z';
    const done = await createHistory(story.engine().documents).effects(noon, 1);
    const [checkpoint] = (await createHistory(story.engine().documents).checkpoints(run.slot, 1)).filter(
      ({ operation }) => operation === 'rehearse-recovery',
    );
    assert.ok(checkpoint);
    const { rollback } = checkpoint.output as { rollback: { noon: string; steps: { target: string }[] } };
    assert.equal(rollback.noon, noon);
    assert.deepEqual(
      rollback.steps.map(({ target }) => target),
      [...done].sort((a, b) => b.order - a.order).map(({ target }) => target),
      'each thing that noon did is walked back, newest first',
    );
    assert.ok(rollback.steps.length >= 9, `${rollback.steps.length} steps`);
    assert.deepEqual(
      checkpoint.findings.filter(({ verdict }) => verdict !== 'passed'),
      [],
    );
    const reports = join(story.data, 'objects/livhana-fixture-highnoon-reports/2026-11-22');
    for (const ending of ['md', 'json', 'html'])
      assert.ok(existsSync(join(reports, `weekly-risk-review.${ending}`)), ending);
    assert.match(
      readFileSync(join(reports, 'weekly-risk-review.md'), 'utf8'),
      /\| 1 \| high \| user:jesse@livhana\.example has roles\/owner/,
    );
    assert.deepEqual(
      JSON.parse(readFileSync(file, 'utf8')).bindings.at(-1),
      OWNER,
      'the review itself takes nothing away',
    );

    const engine = story.engine();
    assert.equal(await isAccessReviewed(engine), true);
    const [state] = await accessProposals(engine);
    assert.ok(state);
    const request = { proposalId: state.proposal.id, reason };
    assert.equal((await noteApplied(engine, SAM, request)).ok, false, 'nobody has approved it');
    assert.equal((await approveAccess(engine, SAM, request)).ok, true);
    assert.equal((await approveAccess(engine, SAM, request)).ok, false, 'once is enough');
    const hands = createLocalAccessChange(file);
    await assert.rejects(hands.removeBinding(OWNER, 'another etag'), { code: 'precondition-failed' });
    await hands.removeBinding(OWNER, (await engine.ports.access.bindings()).etag);
    assert.equal((await noteApplied(engine, SAM, request)).ok, true);

    const again = await story.run('weekly-risk-review', '13:00', { rerun: true });
    const review = again.operations.find(({ name }) => name === 'review-access');
    assert.ok(
      review?.findings.some(({ code }) => code === 'approval-verified'),
      'the next look verifies it',
    );
    assert.ok(!review?.findings.some(({ id }) => id === HUMAN_ROLE));

    const [risk] = (await currentRegister(engine))?.risks ?? [];
    assert.ok(risk);
    assert.equal(
      (await assignRisk(engine, SAM, { riskId: risk.id, reason, owner: 'kim', dueDate: '2026-12-24' })).ok,
      true,
    );
    assert.equal((await assignRisk(engine, SAM, { riskId: risk.id, reason, dueDate: '2026-13-24' })).ok, false);
    assert.equal((await closeRisk(engine, SAM, { riskId: risk.id, reason: '' })).ok, false, 'a reason is needed');
    assert.equal((await closeRisk(engine, SAM, { riskId: 'no/such/risk', reason })).ok, false);
    assert.equal((await closeRisk(engine, SAM, { riskId: risk.id, reason })).ok, true);
    const closed = (await currentRegister(engine))?.risks.find(({ id }) => id === risk.id);
    assert.deepEqual([closed?.status, closed?.owner, closed?.closed?.by], ['closed', 'kim', SAM.name]);
    assert.equal((await recordRestoreTest(engine, SAM, { backup: 'no-such', seconds: 1, reason })).ok, false);
    assert.equal((await recordRestoreTest(engine, SAM, { backup: 'shop-export', seconds: 1, reason })).ok, true);
    assert.equal(
      (await waiveAdvisory(engine, SAM, { advisory: 'CVE-2026-1', until: '2027-12-01T00:00:00.000Z', reason })).ok,
      false,
    );
    assert.equal(
      (await waiveAdvisory(engine, SAM, { advisory: 'CVE-2026-1', until: '2026-12-01T00:00:00.000Z', reason })).ok,
      true,
    );
    assert.deepEqual(await compareWithLedger(engine), [], 'every act has its line, so nothing looks like tampering');
  });

  it('cannot call anything green when the snapshot, the advisories and the policy are gone', async () => {
    await using story = await openStory({ date: '2026-11-22' });
    for (const file of ['access.json', 'advisories.json', 'backups.json'])
      writeFileSync(join(story.data, file), 'not JSON');
    await story.morning();
    await story.run('high-noon-sync', '12:00');
    const run = await story.run('weekly-risk-review', '12:00');
    assert.equal(run.ending, 'inconclusive');
    const verdicts = Object.fromEntries(run.operations.map(({ name, verdict }) => [name, verdict]));
    for (const name of ['rehearse-recovery', 'scan-vulnerabilities', 'review-access', 'validate-backups'])
      assert.equal(verdicts[name], 'inconclusive', name);
    const { risks = [] } = (await currentRegister(story.engine())) ?? {};
    assert.ok(risks.some(({ id }) => id === 'rehearse-recovery/snapshots/not-run'));
  });
});

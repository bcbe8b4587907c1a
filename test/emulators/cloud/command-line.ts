import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createIapIdentity } from '../../../shared/adapters/gcp/iap.ts';
import type { LedgerEntry } from '../../../shared/domain/ledger.ts';
import { type Answer, highnoon, temporaryFolder } from '../../cli/support.ts';
import { AUDIENCE, createProxy } from '../../operator/iap-proxy.ts';
import { serve } from '../../operator/serve.ts';
import { type CloudDay, SATURDAY, SUNDAY, slotOf } from './day.ts';
import { LEFT_OVER } from './seeds.ts';

const SECURITY = 'sam@livhana.example';
const OPERATOR = 'ana@livhana.example';

/** The command line with `--store firestore`, after the two days, as people use it from their own machines. */
export function commandLine(day: () => CloudDay): void {
  describe("the command line, with the caller's own credentials", () => {
    let operator: { address: string; close(): Promise<void> };
    before(async () => {
      const { runtime } = day().emulated;
      const { engine, resourceName } = runtime;
      const proxy = await createProxy(() => engine.clock.now());
      const iap = createIapIdentity({ audience: AUDIENCE, now: () => engine.clock.now(), fetch: proxy.fetch });
      operator = await serve(() => ({
        engine,
        resourceName,
        dryRunsHere: false,
        loadPhase: () => assert.fail('no phase is asked for'),
        verifier: {
          // Identity-Aware Proxy takes the caller's token and puts its own assertion in its place.
          async verify(request) {
            const email = /^Bearer token-of-(.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
            const assertion = email === null ? undefined : await proxy.sign({ email });
            return iap.verify({ ...request, headers: { 'x-goog-iap-jwt-assertion': assertion } });
          },
        },
      }));
    });
    after(() => operator?.close());

    const run = (args: readonly string[], who = OPERATOR): Promise<Answer> =>
      highnoon([...args, '--store', 'firestore', '--json'], {
        ...day().emulated.environment,
        HIGHNOON_OPERATOR_URL: operator.address,
        HIGHNOON_IDENTITY_TOKEN: `token-of-${who}`,
      });
    const ledger = async () =>
      (await day().emulated.runtime.engine.documents.query<LedgerEntry>('ledger')).map(({ data }) => data);

    it('looks: status, report and ledger say what the store says, and write nothing', async () => {
      const before = (await ledger()).length;
      const status = await run(['status', '--date', SUNDAY]);
      assert.equal(status.code, 0, status.err);
      const noon = status
        .json<{ slots: { slot: string; ending: string }[] }>()
        .slots.find(({ slot }) => slot === slotOf('high-noon-sync', SUNDAY));
      assert.equal(noon?.ending, 'passed');
      const report = await run(['report', '--date', SATURDAY]);
      assert.equal(report.code, 0, report.err);
      assert.match(report.out, /T12:00Z/);
      const verified = await run(['ledger', 'verify']);
      assert.equal(verified.code, 0, verified.err);
      assert.equal(verified.json<{ intact: boolean }>().intact, true);
      const next = await run(['next', '--at', `${SUNDAY}T12:00:00Z`]);
      assert.equal(next.json<{ nextHighNoon: string }>().nextHighNoon, '2026-11-30T12:00:00Z');
      assert.equal((await ledger()).length, before);
    });

    it('dry-runs a phase in its own process, reading everything and writing nothing', async () => {
      const before = (await ledger()).length;
      const looked = await run(['run', 't-90-prep', '--dry-run']);
      assert.equal(looked.code, 0, `${looked.out}${looked.err}`);
      assert.equal(looked.json<{ dryRun: boolean }>().dryRun, true);
      assert.equal((await ledger()).length, before);
      const timed = await run(['run', 't-90-prep', '--at', `${SUNDAY}T10:30:00Z`]);
      assert.equal(timed.code, 2);
    });

    it('holds and releases in the name that the proxy proves; a name that is only said is a usage error', async () => {
      const date = '2026-11-30';
      const said = await run(['hold', '--slot', date, '--reason', 'a fair', '--actor', 'mallory']);
      assert.equal(said.code, 2);
      const held = await run(['hold', '--slot', date, '--reason', 'a fair']);
      assert.equal(held.code, 0, held.out);
      const again = await run(['hold', '--slot', date, '--reason', 'a fair']);
      assert.equal(again.code, 1);
      assert.match(again.out, /is held already by ana@livhana\.example/);
      const stranger = await run(['release', '--slot', date, '--reason', 'why not'], 'stranger@livhana.example');
      assert.equal(stranger.code, 1);
      const released = await run(['release', '--slot', date, '--reason', 'it is over']);
      assert.equal(released.code, 0, released.out);
      const lines = (await ledger()).filter(({ subject }) => subject === date);
      assert.deepEqual(
        lines.map(({ kind, actor }) => [kind, actor]),
        [
          ['hold-set', OPERATOR],
          ['hold-released', OPERATOR],
        ],
      );
    });

    it('lists, shows, checks and restores the snapshots of the bucket', async () => {
      const listed = await run(['snapshots', 'list']);
      assert.equal(listed.code, 0, listed.err);
      const { snapshots } = listed.json<{ snapshots: { id: string; state: string }[] }>();
      assert.deepEqual(
        snapshots.map(({ state }) => state),
        ['valid', 'valid', 'valid', 'valid', 'valid'],
      );
      const shown = await run(['snapshots', 'show', 'latest']);
      assert.match(shown.out, /secret:\/\/highnoon-snapshot-key/);
      const checked = await run(['snapshots', 'check', '--read-data']);
      assert.equal(checked.code, 0, checked.out);
      assert.equal(checked.json<{ ok: boolean }>().ok, true);
      const compared = await run(['snapshots', 'diff', snapshots.at(-1)?.id ?? '', 'latest']);
      assert.equal(compared.code, 0, compared.out);
      using folder = temporaryFolder();
      const into = join(folder.path, 'restored');
      const restored = await run(['snapshots', 'restore', 'latest', '--into', into]);
      assert.equal(restored.code, 0, restored.out);
      const files = ['behavioral', 'context', 'highnoon-environment', 'preference'].map((name) => `${name}.ndjson`);
      assert.deepEqual(readdirSync(into).sort(), files);
      assert.equal(readFileSync(join(into, 'preference.ndjson'), 'utf8').trim().split('\n').length, 20);
      const back = await run([
        'snapshots',
        'restore',
        'latest',
        '--collection',
        'preference',
        '--into',
        'collection:again',
      ]);
      assert.equal(back.code, 0, back.out);
      const paths: string[] = [];
      const { memory } = day().emulated.runtime.engine.ports;
      for await (const { path } of memory.capture('again', { readTime: day().emulated.now() })) paths.push(path);
      assert.equal(paths.length, 20);
      const forgotten = await run(['snapshots', 'forget']);
      assert.equal(forgotten.code, 2, "removing is the phase's, under its lease");
    });

    it('shows the risks of the review, and assigns one in the name that is proven', async () => {
      const listed = await run(['risks']);
      const { risks } = listed.json<{ risks: { id: string; owner: string }[] }>();
      assert.ok(risks.length > 0, listed.out);
      const id = risks[0]?.id ?? '';
      const assigned = await run([
        'risks',
        'assign',
        id,
        '--owner',
        'kim',
        '--due',
        '2026-12-24',
        '--reason',
        'her field',
      ]);
      assert.equal(assigned.code, 0, assigned.out);
      const after = (await run(['risks'])).json<{ risks: { id: string; owner: string; dueDate: string }[] }>();
      const own = after.risks.find((risk) => risk.id === id);
      assert.deepEqual([own?.owner, own?.dueDate], ['kim', '2026-12-24']);
    });

    it("carries an approved change of access out with the approver's own rights, and only then", async () => {
      const { policies } = day().world;
      const listed = (await run(['access', 'list'])).json<{ proposals: { proposal: { id: string } }[] }>();
      const id = listed.proposals[0]?.proposal.id ?? '';
      assert.equal(listed.proposals.length, 1);
      const early = await run(['access', 'apply', id, '--reason', 'tidy'], SECURITY);
      assert.equal(early.code, 1);
      assert.match(early.out, /nobody has approved it/);
      assert.ok(!policies.faults.calls.includes('setIamPolicy'));
      const notTheirs = await run(['access', 'approve', id, '--reason', 'tidy'], OPERATOR);
      assert.equal(notTheirs.code, 1, 'approving is for security');
      assert.equal((await run(['access', 'approve', id, '--reason', 'tidy'], SECURITY)).code, 0);
      policies.faults.next('setIamPolicy', { kind: 'before', code: 7 });
      const without = await run(['access', 'apply', id, '--reason', 'tidy'], SECURITY);
      assert.equal(without.code, 1);
      assert.match(without.out, /lacks resourcemanager\.projects\.setIamPolicy/);
      const members = () => policies.bindings.flatMap((binding) => binding.members);
      assert.ok(members().includes(LEFT_OVER));
      const applied = await run(['access', 'apply', id, '--reason', 'tidy'], SECURITY);
      assert.equal(applied.code, 0, applied.out);
      assert.ok(!members().includes(LEFT_OVER));
      assert.equal(members().length, 5);
      const kinds = (await ledger()).filter(({ subject }) => subject === id).map(({ kind, actor }) => [kind, actor]);
      assert.deepEqual(kinds, [
        ['access-approved', SECURITY],
        ['access-applied', SECURITY],
      ]);
    });
  });
}

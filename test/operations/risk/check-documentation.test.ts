import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import { checkDocumentation } from '../../../shared/operations/risk/check-documentation.ts';
import type { HistoryCap } from '../../../shared/ports/repositories.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { createContext } from '../../support/operation-context.ts';
import { judged } from './judge.ts';
import { repositoriesOf, type WorldCommit } from './repositories-world.ts';

const SUNDAY = '2026-11-22T12:00:00.000Z';
const at = (hoursAgo: number) => new Date(Date.parse(SUNDAY) - hoursAgo * 3_600_000).toISOString();
const status = (verified: string, body: string): string => `# Status\n\nLast Verified (UTC): ${verified}\n\n${body}\n`;
const DOC = '{path: docs/STATUS.md, header: "Last Verified (UTC)", max_age_h: 24, severity: high}';

function run(commits: readonly WorldCommit[] | PortError, options: { docs?: string; cap?: HistoryCap } = {}) {
  const repositories = repositoriesOf(
    { 'LivHana-SoT': commits },
    options.cap === undefined ? {} : { historyCap: options.cap },
  );
  const configuration = sampleConfiguration(`docs: [${options.docs ?? DOC}]`);
  return judged(
    checkDocumentation,
    createContext({ ports: { repositories }, phase: 'weekly-risk-review', dueAt: SUNDAY, configuration }),
  );
}
const commit = (hoursAgo: number, text: string): WorldCommit => ({
  at: at(hoursAgo),
  files: { 'docs/STATUS.md': text },
});

describe('check-documentation', () => {
  it('passes a document whose content changed today', async () => {
    const { verdict, bad } = await run([commit(100, status(at(100), 'old')), commit(3, status(at(3), 'new'))]);
    assert.deepEqual(bad, []);
    assert.equal(verdict, 'passed');
  });

  it('is not taken in by edits of the header only', async () => {
    const { verdict, find } = await run([
      commit(200, status(at(200), 'same')),
      commit(30, status(at(30), 'same')),
      commit(3, `${status(at(3), 'same')}<!-- auto-save 17 -->\n`),
    ]);
    assert.equal(verdict, 'failed');
    assert.match(find('out-of-date').message, /touched markers only/);
  });

  it('fails a header that is later than the content, or still to come', async () => {
    const later = await run([
      commit(100, status(at(100), 'old')),
      commit(20, status(at(20), 'new')),
      commit(3, status(at(3), 'new')),
    ]);
    assert.deepEqual(later.bad, ['LivHana-SoT/docs/STATUS.md/header-later-than-content']);
    const future = await run([commit(3, status(at(-48), 'new'))]);
    assert.deepEqual(future.bad, ['LivHana-SoT/docs/STATUS.md/header-in-future']);
  });

  it('fails a document that is absent, or whose header is', async () => {
    assert.equal((await run([{ at: at(3), files: { 'README.md': 'x' } }])).find('absent').verdict, 'failed');
    assert.equal((await run([commit(3, 'no header')])).find('header-absent').verdict, 'failed');
    assert.equal((await run([commit(3, 'Last Verified (UTC): soon')])).find('header-unreadable').verdict, 'failed');
  });

  it('degrades where the document matters less', async () => {
    const docs = DOC.replace('severity: high', 'severity: medium');
    assert.equal((await run([commit(200, status(at(200), 'same'))], { docs })).verdict, 'degraded');
  });

  it('cannot tell from a history that was cut before the time asked about', async () => {
    const { verdict, find } = await run([commit(5, status(at(5), 'same'))], { cap: 'shallow' });
    assert.equal(verdict, 'inconclusive');
    assert.match(find('history-cut').message, /shallow/);
  });

  it('cannot tell from a repository that cannot be read, and names the credential', async () => {
    const { verdict, find } = await run(new PortError('repositories', 'unauthenticated', 'the token was refused'));
    assert.equal(verdict, 'inconclusive');
    assert.equal(find('credential-refused').subject, 'repositories/LivHana-SoT');
  });

  it('reads the dates of each row of a table', async () => {
    const table = (...dates: string[]) =>
      `| risk | Reviewed |\n|---|---|\n${dates.map((date, row) => `| r${row} | ${date} |`).join('\n')}\n`;
    const docs = '{path: docs/STATUS.md, column: Reviewed, max_age_h: 168, severity: high}';
    const { find } = await run([commit(3, table('2026-11-20', '2026-11-01', 'never'))], { docs });
    assert.match(find('rows-not-reviewed').message, /^2 of 3 rows .*r1, r2$/);
    assert.deepEqual((await run([commit(3, table('2026-11-20'))], { docs })).bad, []);
    assert.equal((await run([commit(3, 'no table')], { docs })).find('column-absent').verdict, 'failed');
  });

  it('names a decision without a status', async () => {
    const files = {
      'docs/STATUS.md': status(at(3), 'x'),
      'docs/adr/001-a.md': '# A\n\nStatus: accepted\n',
      'docs/adr/002-b.md': '# B\n\n## Status\n\nSuperseded by 003\n',
      'docs/adr/003-c.md': '# C\n\nno word about it\n',
    };
    const { bad, find } = await run([{ at: at(3), files }]);
    assert.deepEqual(bad, ['LivHana-SoT/decisions/decision-without-status']);
    assert.match(find('decision-without-status').message, /docs\/adr\/003-c\.md/);
  });

  it('names alerts that link to a heading which the runbook does not have', async () => {
    const docs = '{path: docs/runbook.md, max_age_h: 2160, severity: high}';
    const { find } = await run(
      [{ at: at(3), files: { 'docs/runbook.md': '# Runbook\n\n### T-90 preparation failed\n' } }],
      { docs },
    );
    assert.match(find('headings-absent').message, /T-30 final check failed/);
    assert.doesNotMatch(find('headings-absent').message, /T-90 preparation failed/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fails, judgeResult } from '../../../shared/domain/finding.ts';
import { WEEKLY_OPERATIONS } from '../../../shared/domain/risk/plan.ts';
import { plotOf } from '../../../shared/domain/risk/plots.ts';
import { nextRegister } from '../../../shared/domain/risk/register.ts';
import { renderWeekly } from '../../../shared/domain/risk/render-markdown.ts';
import { renderWeeklyPage } from '../../../shared/domain/risk/render-page.ts';
import { type ShownTrend, type WeeklyReport, weeklyReport } from '../../../shared/domain/risk/report.ts';
import { trendOf } from '../../../shared/domain/risk/trend.ts';
import { checkpointOf, storedPast } from '../../operations/risk/past-world.ts';

const DATE = '2026-11-22';
const HOSTILE = `<script>alert("1")</script> & 'quoted' | piped`;

function report(): WeeklyReport {
  const observation = fails({ code: 'human-role', subject: 'bindings/owner', message: HOSTILE, remedy: HOSTILE });
  const base = checkpointOf('review-access');
  const { findings, verdict } = judgeResult('review-access', 'hard', {
    findings: [observation],
    evidence: base.evidence as never,
  });
  const audits = [{ date: DATE, results: { 'GR-01': 'passed', 'GR-02': 'inconclusive' } }];
  const checkpoints = [
    checkpointOf('review-access', { findings, verdict }),
    checkpointOf('analyse-compliance-drift', { output: { audits } }),
    checkpointOf('analyse-trends', { output: { trends: [shown()] as never } }),
  ];
  const runId = `weekly-risk-review@${DATE}T12:00Z#1`;
  const register = nextRegister([], { date: DATE, runId, planned: WEEKLY_OPERATIONS, checkpoints }, {});
  const past = storedPast({ from: '2026-11-01', until: `${DATE}T12:00:00.000Z`, without: ['2026-11-10'] });
  return weeklyReport({
    date: DATE,
    attempt: undefined,
    runId,
    planned: WEEKLY_OPERATIONS,
    checkpoints,
    register,
    days: past.allDays,
  });
}

function shown(values: readonly (number | null)[] = rising(40)): ShownTrend {
  const series = {
    name: 'duration/t-90-prep',
    title: 'duration of t-90-prep',
    unit: 'seconds',
    worse: 'rising',
    limit: 900,
    firstDate: '2026-10-14',
    values,
  } as const;
  const { points, abstained, told } = trendOf(series, { horizon: 14, fewest: 14 });
  return { ...series, hidden: 0, points, abstained, told };
}
const rising = (days: number): number[] =>
  Array.from({ length: days }, (_, day) => 400 + 9 * day + 5 * Math.sin(day * 2.7));

describe('the weekly report', () => {
  it('puts the risks first, in order', () => {
    const text = renderWeekly(report());
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    assert.match(headings[0] ?? '', /^Risks: \d+$/);
    assert.match(text, /\| 1 \| high \|/);
    const page = renderWeeklyPage(report());
    assert.ok(page.indexOf('<h2>Risks') < page.indexOf('<h2>Slots'));
  });

  it('calls what did not run not run, and never gives it a green mark', () => {
    const { sections, risks } = report();
    const absent = sections.find(({ operation }) => operation === 'validate-backups');
    assert.deepEqual([absent?.verdict, absent?.isUnknown], [null, true]);
    assert.ok(risks.some(({ id }) => id === 'validate-backups/weekly-risk-review/not-run'));
    assert.match(renderWeekly(report()), /- not run: validate-backups/);
    assert.match(renderWeeklyPage(report()), /<span class="unknown">not run<\/span> validate-backups/);
  });

  it('calls sections without stored numbers unknown', () => {
    const empty = renderWeekly({ ...report(), metrics: [], capacity: [], audits: [] });
    assert.equal(empty.match(/Unknown: nothing was stored\./g)?.length, 2);
    const page = renderWeeklyPage({ ...report(), metrics: [], trends: [], audits: [] });
    assert.equal(page.match(/class="unknown">\? unknown/g)?.length, 3);
  });

  it('escapes everything that was read somewhere, and fetches and runs nothing', () => {
    const page = renderWeeklyPage(report());
    assert.ok(!page.includes('<script'));
    assert.ok(page.includes('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;quoted&#39;'));
    assert.doesNotMatch(page, /\b(?:src|href|url)\s*[=(]/);
    const row =
      renderWeekly(report())
        .split('\n')
        .find((line) => line.startsWith('| 1 |')) ?? '';
    assert.equal(row.match(/(?<!\\)\|/g)?.length, 8, 'a pipe inside a cell does not open another');
  });

  it('shows a day that left nothing in the grid, and none before the first day', () => {
    const row = report().grid.find(({ phase }) => phase === 't-90-prep');
    assert.deepEqual(row?.slots.find(({ date }) => date === '2026-11-10')?.endings, ['none']);
    assert.deepEqual(row?.slots.find(({ date }) => date === '2026-11-09')?.endings, ['passed']);
    assert.deepEqual(row?.slots.find(({ date }) => date === '2026-10-30')?.endings, []);
  });

  it('is the same text for the same state', () => {
    assert.equal(renderWeeklyPage(report()), renderWeeklyPage(report()));
    assert.equal(renderWeekly(report()), renderWeekly(report()));
  });
});

describe('a plot', () => {
  it('shows past, forecast, its band and the budget', () => {
    const svg = plotOf(shown());
    for (const part of ['class="line"', 'class="ahead"', 'class="band"', 'class="limit"', 'role="img"'])
      assert.ok(svg.includes(part), part);
    assert.doesNotMatch(svg, /NaN|Infinity/);
  });

  it('breaks the line where nothing was observed, and shows a lone day as a dot', () => {
    const values = rising(30);
    const svg = plotOf({ ...shown([...values.slice(0, 10), null, 500, null, ...values.slice(13)]), told: null });
    assert.equal(svg.match(/class="line"/g)?.length, 2);
    assert.equal(svg.match(/class="dot"/g)?.length, 1);
  });

  it('draws nothing but axes when nothing was observed', () => {
    const svg = plotOf({ ...shown([]), values: [null, null] });
    assert.doesNotMatch(svg, /class="(?:line|dot|ahead)"|NaN|Infinity/);
  });
});

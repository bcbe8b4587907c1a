import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import catalog from '../../shared/catalog/alerts.json' with { type: 'json' };
import phases from '../../shared/catalog/phases.json' with { type: 'json' };
import { REFUSALS } from '../../shared/domain/admission.ts';
import { repository } from './support/tools.ts';

const runbook = readFileSync(path.join(repository, 'docs/runbook.md'), 'utf8');
const headings = [...runbook.matchAll(/^#{2,3} (.+)$/gm)].map(([, title = '']) => title);
/** The fragment that a heading has where the runbook is read. */
const fragment = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
const fragments = new Set(headings.map(fragment));

/** Reasons that are not refusals by the engine's own list but that a person meets under the same roof. */
const MORE_REASONS = ['lease-held', 'expired', 'lockdown', 'malformed', 'stretches-exhausted', 'publishes-exhausted'];

/** 'HH:MM' of a due time plus a window. */
const until = (cron: string, seconds: number): string => {
  const [minute, hour] = cron.split(' ').map(Number);
  const total = (hour ?? 0) * 60 + (minute ?? 0) + seconds / 60;
  return `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`;
};

describe('the runbook', () => {
  it('has a heading for each alert, which the alert links', () => {
    for (const { title, runbook: link } of catalog.policies) {
      assert.ok(headings.includes(title), `${title}: no heading`);
      assert.equal(link, fragment(title));
    }
  });

  it('has a heading for each reason of a refusal', () => {
    assert.deepEqual(
      [...REFUSALS, ...MORE_REASONS].filter((reason) => !headings.includes(reason)),
      [],
    );
  });

  it('links only headings that it has', () => {
    const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, link = '']) => link);
    assert.deepEqual(
      links.filter((link) => !fragments.has(link)),
      [],
    );
  });

  it('gives the windows of the catalog', () => {
    for (const phase of phases.phases.slice(0, 3)) {
      const row = runbook.split('\n').find((line) => line.startsWith(`| ${phase.name} |`)) ?? '';
      assert.ok(row.includes(until(phase.cron, 0)), `${phase.name}: due`);
      assert.ok(row.includes(until(phase.cron, phase.startWindowSeconds)), `${phase.name}: start window`);
      assert.ok(row.includes(until(phase.cron, phase.rerunWindowSeconds)), `${phase.name}: rerun window`);
    }
  });
});

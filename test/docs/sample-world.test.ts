import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createServiceFaults, SAMPLE_SERVICES } from '../../shared/adapters/local/sample/service-faults.ts';
import { openStory } from '../day/support.ts';

const text = readFileSync('docs/sample-world.md', 'utf8');
const section = (title: string): string => text.slice(text.indexOf(`\n## ${title}\n`) + 1).split(/\n## /)[0] ?? '';
const example = (title: string): string => /```json\n([\s\S]*?)```/.exec(section(title))?.[1] ?? '';
/** Words in backticks of the first column. */
const firstColumn = (part: string): string[] =>
  part
    .split('\n')
    .flatMap((line) =>
      [...(/^\| ([^|]*)\|/.exec(line)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word),
    );

describe('the page about the sample world', () => {
  it('names the files that are there after a day begins, and no file that never is', async () => {
    await using story = await openStory();
    const named = firstColumn(text.split('\n## ')[0] ?? '').filter((name) =>
      /^[a-z-]+\.(json|yaml|sqlite)$/.test(name),
    );
    const absent = named.filter((name) => !existsSync(join(story.data, name)));
    // Written by a stepped clock, by a person, or not at all.
    assert.deepEqual(absent.sort(), ['clock.json', 'dns.json', 'services.json']);
  });

  it('gives every key of services.json and every service, and an example that is read', async () => {
    const source = readFileSync('shared/adapters/local/sample/service-faults.ts', 'utf8');
    const keys = [...source.matchAll(/^ {2}(\w+): (?:z\.|path)/gm)].map(([, key = '']) => key);
    assert.ok(keys.length >= 14);
    assert.deepEqual(firstColumn(section('services.json')).sort(), keys.sort());
    for (const service of SAMPLE_SERVICES) assert.ok(section('services.json').includes(`\`${service}\``), service);
    await using story = await openStory();
    const file = join(story.data, 'services.json');
    writeFileSync(file, example('services.json'));
    assert.deepEqual(await createServiceFaults({ file }).of('voice-service'), { status: 503 });
  });

  it('has examples that T-30 finds', async () => {
    await using story = await openStory();
    writeFileSync(join(story.data, 'services.json'), example('services.json'));
    writeFileSync(join(story.data, 'dns.json'), example('dns.json'));
    const run = await story.run('t-30-final-check', '11:30', { dryRun: true });
    const found = run.operations.flatMap(({ findings }) => findings.map(({ id }) => id)).join('\n');
    assert.match(found, /check-service-health\/services\/voice-service/);
    assert.match(found, /verify-protected-dns\/.*protected-a\.example/);
    assert.equal(run.verdict, 'violated', 'a page without its age gate');
  });
});

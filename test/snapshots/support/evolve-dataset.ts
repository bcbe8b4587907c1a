import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomFrom, word } from './world.ts';

type Line = Record<string, unknown> & { _id: string };

/**
 * Writes the next version of a folder of JSON lines: 1 % of the documents changed, 0.5 % added (new ids on documents of
 * `donors`), 0.5 % removed, spread evenly, as `snapshot-dataset.mjs` does it once.
 */
export function evolveDataset(from: string, to: string, donors: string, seed: number): void {
  const random = randomFrom(seed);
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const lines = readFileSync(join(from, name), 'utf8').trimEnd().split('\n');
    const pool = readFileSync(join(donors, name), 'utf8').trimEnd().split('\n');
    const count = lines.length;
    for (let i = 0; i < count * 0.01; i++) {
      const at = Math.floor(random() * count);
      lines[at] = JSON.stringify(changed(JSON.parse(lines[at] as string) as Line, random));
    }
    const gone = new Set<number>();
    while (gone.size < count * 0.005) gone.add(Math.floor(random() * count));
    const next = lines.filter((_, index) => !gone.has(index));
    for (let i = 0; i < count * 0.005; i++) {
      const { _id, ...fields } = JSON.parse(pool[Math.floor(random() * pool.length)] as string) as Line;
      next.push(JSON.stringify({ _id: word(random, _id.length), ...fields, sessionId: word(random, 12) }));
    }
    // The id is the first field and has a fixed length, so lines sort as their ids do.
    writeFileSync(join(to, name), `${next.sort().join('\n')}\n`);
  }
}

function changed(line: Line, random: () => number): Line {
  const next: Line = { ...line };
  if ('updatedAt' in next) next.updatedAt = new Date(Date.UTC(2025, 9, 1) + random() * 2.16e7).toISOString();
  for (const group of ['scores', 'weights']) {
    const values = next[group];
    if (values && typeof values === 'object') next[group] = { ...values, intent: Math.round(random() * 1e4) / 1e4 };
  }
  if ('status' in next) next.status = 'done';
  for (const text of ['summary', 'note'])
    if (text in next) next[text] = `${next[text]} ${word(random, 6)} ${word(random, 4)}`;
  if (next.coa && typeof next.coa === 'object') next.coa = { ...next.coa, pass: random() < 0.5 };
  return next;
}

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { parseArguments } from '../../functions/cli/arguments.ts';
import { COMMANDS } from '../../functions/cli/commands.ts';
import { createOutput } from '../../functions/cli/output.ts';
import { UsageError } from '../../shared/domain/errors.ts';
import { type Answer, temporaryFolder } from './support.ts';

export const CONFIGURATION = `
schema_version: "1"
deployment: {project_id: fixture, region: us-central1, environment: production, compliance_level: "21+", store_timezone: America/Chicago}
repositories:
  - {name: LivHana-SoT, url: "https://git.example/LivHana-SoT"}
memory:
  - {collection: events, schema: behavioral.v1, cadence_h: 6, freshness_h: {warn: 12, max: 24, critical: 48}, retain_days: 30}
  - {collection: people, schema: preference.v1, cadence_h: 6, freshness_h: {warn: 12, max: 24, critical: 48}, retain_days: 30, pii: true}
snapshots: {encryption_key: "env:SNAPSHOT_KEY", retention: {keep_last: 2}}
`;
process.env.SNAPSHOT_KEY = 'a'.repeat(64);

/** A command in this process: a process for each of them would cost more than all the rest. */
export async function highnoon(args: readonly string[]): Promise<Answer> {
  let out = '';
  let err = '';
  const into = (take: (text: string) => void) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        take(String(chunk));
        done();
      },
    });
  const streams = {
    out: into((text) => {
      out += text;
    }),
    err: into((text) => {
      err += text;
    }),
  };
  const words = COMMANDS.some(({ name }) => name === args.slice(0, 2).join(' ')) ? 2 : 1;
  const command = COMMANDS.find(({ name }) => name === args.slice(0, words).join(' '));
  assert.ok(command !== undefined, args.join(' '));
  let code: number;
  try {
    const parsed = parseArguments(command.name, args.slice(words), command.options, command.positionals);
    code = await command.run(parsed, createOutput(args.includes('--json'), streams));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err += error.message;
    code = 2;
  }
  return { code, out, err, json: () => JSON.parse(out) };
}

type Record = { _id: string } & { [field: string]: unknown };
export const event = (id: string, userId: string): Record => ({
  _id: id,
  at: '2026-11-24T00:00:00Z',
  type: 'view',
  userId,
});
export const person = (id: string): Record => ({ _id: id, score: 0.5, updatedAt: '2026-11-24T00:00:00Z', userId: id });

/** A data folder with a configuration, and the command line over it. */
export function openFolder() {
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'herbitrage.yaml'), CONFIGURATION);
  const run = (...args: string[]) => highnoon([...args, '--data', data]);
  return {
    ...folder,
    path: folder.path,
    data,
    run,
    async load(collection: string, records: readonly Record[], at: string, ...more: readonly string[]) {
      const file = join(folder.path, `${collection}.ndjson`);
      writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
      const answer = await run('memory', 'load', collection, file, '--at', at, '--json', ...more);
      assert.equal(answer.code, 0, answer.err);
      return answer.json<{ documents: number }>().documents;
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

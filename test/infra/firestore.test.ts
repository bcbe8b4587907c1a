import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import documents from '../../infra/firestore.json' with { type: 'json' };
import { repository } from './support/tools.ts';

interface Query {
  readonly collection: string;
  readonly fields: readonly string[];
}

/** What stands between a parenthesis and the one that closes it. */
function argumentsAt(text: string, open: number): string {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return text.slice(open + 1, at);
  }
  return '';
}

/** Queries that name fields: the fields that they filter and order by, in the order of their first mention. */
function queriesIn(text: string): Query[] {
  return [...text.matchAll(/\.query(?:<[^(]*>)?\(/g)].map((match) => {
    const given = argumentsAt(text, match.index + match[0].length - 1);
    const fields = [...given.matchAll(/\bfield: '([^']+)'/g)].map(([, field = '']) => field);
    return {
      collection: /^\s*'([^']+)'/.exec(given)?.[1] ?? given.split(',')[0]?.trim() ?? '',
      fields: [...new Set(fields)],
    };
  });
}

/** A query over two fields or more finds nothing in Firestore without an index of its own; the emulator does not tell. */
const needsIndex = ({ fields }: Query): boolean => fields.length > 1;
const nameOf = (collection: string, fields: readonly string[]): string => `${collection}(${fields.join(', ')})`;

describe('indexes of Firestore', () => {
  const indexes: readonly { collection: string; fields: readonly { path: string }[]; reason: string }[] =
    documents.indexes;
  const declared = new Set(
    indexes.map(({ collection, fields }) =>
      nameOf(
        collection,
        fields.map((field) => field.path),
      ),
    ),
  );
  const queries = globSync('{shared,functions}/**/*.ts', { cwd: repository }).flatMap((file) =>
    queriesIn(readFileSync(path.join(repository, file), 'utf8')),
  );

  it('are those that queries of the code need, and no others', () => {
    assert.ok(queries.length > 0, 'no query was found: the check is blind');
    const needed = new Set(queries.filter(needsIndex).map(({ collection, fields }) => nameOf(collection, fields)));
    assert.deepEqual(
      [...needed].filter((name) => !declared.has(name)),
      [],
      'needed but not in infra/firestore.json',
    );
    assert.deepEqual(
      [...declared].filter((name) => !needed.has(name)),
      [],
      'in infra/firestore.json but not needed',
    );
  });

  it('would be missed for a query over two fields', () => {
    const [query] = queriesIn(
      "db.query<Slot>('slots', { where: [{ field: 'phase', op: '==', value: f(x) }], orderBy: { field: 'dueAt', direction: 'desc' } })",
    );
    assert.deepEqual(query, { collection: 'slots', fields: ['phase', 'dueAt'] });
    assert.ok(query !== undefined && needsIndex(query));
  });

  it('and expiries say why they are there', () => {
    for (const { reason } of [...indexes, ...documents.expiries]) assert.ok(reason.length > 20, reason);
  });
});

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { OsvRecord, PackageVersion } from '../../shared/domain/advisories/index.ts';
import { PortError, type PortErrorCode } from '../../shared/domain/errors.ts';
import type { AdvisoriesPort } from '../../shared/ports/advisories.ts';

export type AdvisoryFault =
  | 'rate-limited'
  | 'failing'
  | 'cut'
  | 'half-answered'
  | 'going-in-circles'
  | 'details-lost'
  | 'unreachable';

/** A source that holds exactly these records, and what can go wrong with it. */
export interface AdvisoriesWorld {
  readonly port: AdvisoriesPort;
  break(fault: AdvisoryFault): void;
  close(): Promise<void>;
}

function record(id: string, name: string, fixed: string, modified: string): OsvRecord {
  const ranges = [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }];
  return { id, modified, affected: [{ package: { ecosystem: 'npm', name }, ranges }] };
}

/** The source answers two advisories a page, so that `many` needs three pages. */
export const PAGE_SIZE = 2;
export const RECORDS: readonly OsvRecord[] = [
  record('HN-1', 'one', '2.0.0', '2026-11-01T00:00:00Z'),
  ...[1, 2, 3, 4, 5].map((number) => record(`HN-MANY-${number}`, 'many', '9.0.0', `2026-10-0${number}T00:00:00Z`)),
];

const npm = (name: string, version: string): PackageVersion => ({ ecosystem: 'npm', name, version });
const failsWith = (code: PortErrorCode) => (error: unknown) =>
  error instanceof PortError && error.code === code && error.port === 'advisories';

export function advisoriesContract(name: string, make: () => Promise<AdvisoriesWorld>): void {
  describe(`advisories: ${name}`, () => {
    let world: AdvisoriesWorld;
    beforeEach(async () => {
      world = await make();
    });
    afterEach(() => world.close());

    it('answers one list for each package in the order asked, an empty one where nothing is known', async () => {
      const lists = await world.port.query([
        npm('none', '1.0.0'),
        npm('one', '1.0.0'),
        npm('one', '2.0.0'),
        npm('one', '1.0.0'),
      ]);
      assert.deepEqual(lists, [
        [],
        [{ id: 'HN-1', modified: '2026-11-01T00:00:00Z' }],
        [],
        [{ id: 'HN-1', modified: '2026-11-01T00:00:00Z' }],
      ]);
    });

    it('follows the pages of each question until the last', async () => {
      const [many = [], one = []] = await world.port.query([npm('many', '1.0.0'), npm('one', '1.0.0')]);
      assert.deepEqual(
        many.map(({ id }) => id),
        ['HN-MANY-1', 'HN-MANY-2', 'HN-MANY-3', 'HN-MANY-4', 'HN-MANY-5'],
      );
      assert.equal(one.length, 1);
    });

    it('asks for more packages than one request takes', async () => {
      const packages = Array.from({ length: 2500 }, (_, index) => npm(index === 2400 ? 'one' : `p${index}`, '1.0.0'));
      const lists = await world.port.query(packages);
      assert.deepEqual(
        lists.flatMap((list, index) => (list.length > 0 ? [index] : [])),
        [2400],
      );
    });

    it('asks nothing for no packages', async () => {
      assert.deepEqual(await world.port.query([]), []);
      assert.deepEqual(await world.port.records([]), []);
    });

    it('gives the records in the order asked', async () => {
      const refs = ['HN-MANY-2', 'HN-1'].map((id) => ({
        id,
        modified: RECORDS.find((entry) => entry.id === id)?.modified ?? '',
      }));
      const records = await world.port.records(refs);
      assert.deepEqual(records, [RECORDS[2], RECORDS[0]]);
    });

    it('tells when the newest advisory of an ecosystem changed', async () => {
      assert.equal(await world.port.newestChangeAt('npm'), '2026-11-01T00:00:00Z');
      await assert.rejects(world.port.newestChangeAt('Maven'), failsWith('not-found'));
    });

    const codes: readonly (readonly [AdvisoryFault, PortErrorCode])[] = [
      ['rate-limited', 'resource-exhausted'],
      ['failing', 'unavailable'],
      ['cut', 'unavailable'],
      ['half-answered', 'unavailable'],
      ['going-in-circles', 'internal'],
      ['unreachable', 'unavailable'],
    ];
    for (const [fault, code] of codes) {
      it(`says ${code}, and never an empty list, when the source is ${fault}`, async () => {
        world.break(fault);
        await assert.rejects(world.port.query([npm('none', '1.0.0'), npm('one', '1.0.0')]), failsWith(code));
      });
    }

    it('says not-found when an advisory that was listed has no details', async () => {
      const [refs = []] = await world.port.query([npm('one', '1.0.0')]);
      world.break('details-lost');
      await assert.rejects(world.port.records(refs), failsWith('not-found'));
    });

    it('says deadline-exceeded when the caller calls off', async () => {
      const signal = AbortSignal.abort();
      await assert.rejects(world.port.query([npm('one', '1.0.0')], { signal }), failsWith('deadline-exceeded'));
      await assert.rejects(
        world.port.records([{ id: 'HN-1', modified: 'x' }], { signal }),
        failsWith('deadline-exceeded'),
      );
    });
  });
}

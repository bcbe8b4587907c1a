import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FLIPS, HARMLESS } from './flips.ts';
import { ask, example, goodWorld, type World } from './world.ts';

const failedIn = (results: Readonly<Record<string, string>>): string[] =>
  Object.entries(results).flatMap(([id, result]) => (result === 'passed' ? [] : [`${id} ${result}`]));

const EXPECTED = { critical: 'violated', high: 'failed', medium: 'degraded' } as const;

describe('the 30 guardrails of the example', () => {
  it('all pass in a world where everything is as it should be, each with a receipt', async () => {
    const answer = await ask(goodWorld());
    assert.equal(answer.verdict, 'passed');
    assert.deepEqual(failedIn(answer.results), []);
    assert.equal(Object.keys(answer.results).length, 31);
    const output = answer.output as { results: { guardrail: string; evidenceDigest?: string | null }[] };
    for (const { guardrail, evidenceDigest } of output.results.slice(1)) {
      assert.match(evidenceDigest ?? '', /^sha256:[0-9a-f]{64}$/, guardrail);
    }
  });

  it('has one flipped fact for each of them', () => {
    assert.deepEqual(
      FLIPS.map(({ guardrail }) => guardrail),
      example.guardrails.map(({ id }) => id),
    );
  });

  for (const { guardrail, fact, apply } of FLIPS) {
    it(`${guardrail} alone breaks when ${fact}, with the verdict of its severity`, async () => {
      const world = goodWorld();
      apply(world);
      const answer = await ask(world);
      assert.deepEqual(failedIn(answer.results), [`${guardrail} failed`]);
      const severity = example.guardrails.find(({ id }) => id === guardrail)?.severity ?? 'critical';
      assert.equal(answer.verdict, EXPECTED[severity]);
      const [finding] = answer.findings;
      assert.equal(finding?.id, `audit-compliance/${guardrail}/violated`);
      assert.match(finding?.message ?? '', /\d+ of \d+ records break it/);
    });
  }

  for (const healed of FLIPS) {
    it(`${healed.guardrail} alone holds in a world where every other one is broken`, async () => {
      const world = goodWorld();
      for (const one of FLIPS) if (one !== healed) one.apply(world);
      const answer = await ask(world);
      const passed = Object.entries(answer.results).flatMap(([id, result]) => (result === 'passed' ? [id] : []));
      assert.deepEqual(passed, ['COMPLIANCE_LEVEL', healed.guardrail]);
    });
  }

  for (const { guardrail, fact, apply } of HARMLESS) {
    it(`${guardrail} holds when ${fact}`, async () => {
      const world = goodWorld();
      apply(world);
      assert.deepEqual(failedIn((await ask(world)).results), []);
    });
  }
});

/** The evidence that each guardrail is judged over, the joined one and the inventory included. */
const evidenceOf = (id: string): string[] => {
  const guardrail = example.guardrails.find((one) => one.id === id);
  const names = [guardrail?.evidence, guardrail && 'join' in guardrail && guardrail.join];
  return [...names, guardrail && 'inventory' in guardrail && guardrail.inventory].filter(
    (name): name is string => typeof name === 'string',
  );
};

const UNKNOWNS: readonly { readonly what: string; readonly code: string; apply(world: World, name: string): void }[] = [
  { what: 'missing', code: 'missing-evidence', apply: (world, name) => void delete world.sets[name] },
  {
    what: 'refused',
    code: 'refused-evidence',
    apply: (world, name) => {
      world.failing[name] = 'permission-denied';
    },
  },
  {
    what: 'stale',
    code: 'stale-evidence',
    apply: (world, name) => {
      world.updatedAt[name] = '2026-11-01T00:00:00.000Z';
    },
  },
  {
    what: 'empty',
    code: 'no-records',
    apply: (world, name) => {
      world.sets[name] = [];
    },
  },
  {
    what: 'broken in its midst',
    code: 'unreadable-evidence',
    apply: (world, name) => {
      world.breaksAfter[name] = 0;
    },
  },
];

describe('evidence that proves nothing', () => {
  for (const { id } of example.guardrails) {
    for (const name of evidenceOf(id)) {
      if (name === 'site_pages') continue;
      for (const { what, code, apply } of UNKNOWNS) {
        it(`${id} is inconclusive when ${name} is ${what}`, async () => {
          const world = goodWorld();
          apply(world, name);
          const answer = await ask(world);
          assert.equal(answer.results[id], 'inconclusive');
          assert.equal(answer.verdict, 'inconclusive');
          assert.ok(answer.findings.some((finding) => finding.id === `audit-compliance/${id}/${code}`));
        });
      }
    }
  }

  for (const id of ['GR-03', 'GR-19', 'GR-20', 'GR-21']) {
    it(`${id} is inconclusive when a page cannot be read, or is not served`, async () => {
      const gone = goodWorld();
      delete gone.pages['/'];
      assert.equal((await ask(gone)).results[id], 'inconclusive');
      const broken = goodWorld();
      broken.pages['/'] = { status: 503, body: '' };
      assert.equal((await ask(broken)).results[id], 'inconclusive');
    });
  }

  it('GR-04 is inconclusive when the site is out of order', async () => {
    const world = goodWorld();
    world.forgedStatus = 500;
    const answer = await ask(world);
    assert.deepEqual(failedIn(answer.results), ['GR-04 inconclusive']);
  });

  it('GR-16 is inconclusive when an address does not answer', async () => {
    const world = goodWorld();
    delete world.statuses['https://coa.example/A.pdf'];
    assert.deepEqual(failedIn((await ask(world)).results), ['GR-16 inconclusive']);
  });

  it('GR-25 is inconclusive with too few samples', async () => {
    const world = goodWorld();
    for (const metric of world.sets.metrics ?? []) metric.samples = 19;
    assert.deepEqual(failedIn((await ask(world)).results), ['GR-25 inconclusive']);
  });

  it('a setting that no service has is inconclusive, one that a secret holds too', async () => {
    const world = goodWorld();
    for (const service of world.sets.service_config ?? []) {
      const environment = service.environment as Record<string, string>;
      delete environment.MIN_AGE;
      environment.ID_PROVIDER_MODE = 'secret:mode';
    }
    assert.deepEqual(failedIn((await ask(world)).results), ['GR-02 inconclusive', 'GR-07 inconclusive']);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LocalServices } from '../../../shared/adapters/local/services.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { EffectError, type OperationOutcome } from '../../../shared/domain/operation.ts';
import { observeServices } from '../../../shared/operations/services/observe-services.ts';
import { releaseServices } from '../../../shared/operations/services/release-services.ts';
import { validateServiceDeployments } from '../../../shared/operations/services/validate-service-deployments.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { type ContextOptions, createContext, undoAll } from '../../support/operation-context.ts';
import { scriptedHttp } from '../../support/scripted-http.ts';

const IMAGE = `registry.example/shop@sha256:${'ab'.repeat(32)}`;
const HEALTH = 'https://shop.example/health';
const CONFIGURATION = `services:
  - {name: shop, url: "${HEALTH}", samples: 1, release: {service: shop-run}}
  - {name: gate, url: "https://gate.example/", release: {candidate: gate-2}}
  - {name: elsewhere, url: "https://elsewhere.example/"}
`;
const codes = ({ findings }: Pick<OperationOutcome, 'findings'>) =>
  findings.map(({ state, code, subject }) => `${state} ${subject} ${code}`);

/** `shop-run` and `gate` each serve their first revision, and have a second one to release. */
async function world() {
  const data = await mkdtemp(join(tmpdir(), 'highnoon-release-'));
  const file = join(data, 'registry.json');
  const services = new LocalServices({ file });
  for (const [service, prefix] of [
    ['shop-run', 'shop'],
    ['gate', 'gate'],
  ] as const)
    for (const number of [1, 2])
      services.deploy(service, {
        name: `${prefix}-${number}`,
        image: IMAGE,
        createdAt: `2026-11-2${number}T09:00:00.000Z`,
      });
  const http = scriptedHttp({ [HEALTH]: { status: 200 }, 'https://gate.example/': { status: 200 } });
  return {
    file,
    services,
    http,
    context: (more: ContextOptions = {}) =>
      createContext({ ports: { services, http }, configuration: sampleConfiguration(CONFIGURATION), ...more }),
    async [Symbol.asyncDispose]() {
      services.close();
      await rm(data, { recursive: true });
    },
  };
}

const ticketed = async (made: Awaited<ReturnType<typeof world>>) => (await observeServices(made.context())).bindings;

describe('what the ticket binds of services', () => {
  it('is candidate and serving revision of each service that noon moves, under its configured name', async () => {
    await using made = await world();
    const { bindings, evidence, findings } = await observeServices(made.context());
    assert.deepEqual(bindings, {
      'services/shop/candidate': 'shop-2',
      'services/shop/serving': 'shop-1',
      'services/gate/candidate': 'gate-2',
      'services/gate/serving': 'gate-1',
    });
    assert.equal(evidence.length, 2);
    assert.deepEqual(findings, []);
  });

  it('fails a candidate that is absent or not ready, and shared traffic that nothing could go back to', async () => {
    await using made = await world();
    made.services.deploy('gate', { name: 'gate-3', image: IMAGE, createdAt: '2026-11-23T09:00:00.000Z', ready: false });
    const configured = (candidate: string) => sampleConfiguration(CONFIGURATION.replace('gate-2', candidate));
    const observed = (candidate: string) => observeServices(made.context({ configuration: configured(candidate) }));
    assert.deepEqual(codes(await observed('gate-3')), ['fails services/gate candidate-not-ready']);
    const absent = await observed('gate-9');
    assert.deepEqual(codes(absent), ['fails services/gate candidate-absent']);
    assert.equal(absent.bindings['services/gate/candidate'], null);
    const describe = async (name: string) => ({
      ...(await made.services.describe(name)),
      traffic: [
        { revision: 'a', percent: 90 },
        { revision: 'b', percent: 10 },
      ],
    });
    const services = { describe, revision: made.services.revision.bind(made.services) };
    const split = await observeServices(made.context({ ports: { services: services as never } }));
    assert.equal(split.bindings['services/shop/serving'], null);
    assert.ok(codes(split).includes('fails services/shop traffic-split'));
  });

  it('leaves out what could not be looked at, and names the credential', async () => {
    await using made = await world();
    const services = {
      describe: () => Promise.reject(new PortError('services', 'permission-denied', 'run.services.get')),
    };
    const { bindings, findings } = await observeServices(made.context({ ports: { services: services as never } }));
    assert.deepEqual(bindings, {});
    assert.deepEqual(codes({ findings }), [
      'unknown services/shop permission-denied',
      'unknown services/gate permission-denied',
    ]);
  });
});

describe('release-services', () => {
  it('moves all traffic to the ticketed revisions, and to no newer one', async () => {
    await using made = await world();
    const bindings = await ticketed(made);
    made.services.deploy('shop-run', { name: 'shop-3', image: IMAGE, createdAt: '2026-11-24T11:59:00.000Z' });
    const outcome = await releaseServices.run(made.context({ bindings }));
    assert.deepEqual(outcome.findings, []);
    assert.equal(made.services.serving('shop-run'), 'shop-2');
    assert.equal(made.services.serving('gate'), 'gate-2');
    assert.deepEqual(outcome.output, { released: ['shop', 'gate'] });
    assert.equal((await made.services.describe('gate')).token, 7);
  });

  it('puts traffic back, newest first, and refuses its own late call after that', async () => {
    await using made = await world();
    const context = made.context({ bindings: await ticketed(made) });
    await releaseServices.run(context);
    assert.deepEqual(await undoAll(releaseServices, context), [
      'services/gate/traffic: applied -> pinned',
      'services/shop/traffic: applied -> pinned',
    ]);
    assert.equal(made.services.serving('shop-run'), 'shop-1');
    const { etag } = await made.services.describe('gate');
    await assert.rejects(made.services.moveTraffic('gate', { to: 'gate-2', etag, token: 7 }), (error: unknown) => {
      return error instanceof PortError && error.code === 'precondition-failed';
    });
  });

  it('does not put back what somebody else released meanwhile', async () => {
    await using made = await world();
    const context = made.context({ bindings: await ticketed(made) });
    await releaseServices.run(context);
    made.services.deploy('gate', { name: 'gate-3', image: IMAGE, createdAt: '2026-11-24T12:01:00.000Z' });
    const { etag } = await made.services.describe('gate');
    await made.services.moveTraffic('gate', { to: 'gate-3', etag, token: 7 });
    assert.deepEqual((await undoAll(releaseServices, context))[0], 'services/gate/traffic: other -> other');
    assert.equal(made.services.serving('gate'), 'gate-3');
  });

  it('stops at a service that serves neither the pinned nor the ticketed revision', async () => {
    await using made = await world();
    const bindings = { ...(await ticketed(made)), 'services/shop/serving': 'shop-0' };
    await assert.rejects(
      releaseServices.run(made.context({ bindings })),
      (error: unknown) => error instanceof EffectError && error.fault === 'conflict',
    );
    assert.equal(made.services.serving('shop-run'), 'shop-1');
  });

  it('moves nothing when somebody else moved traffic after it had looked', async () => {
    await using made = await world();
    made.services.deploy('shop-run', { name: 'shop-3', image: IMAGE, createdAt: '2026-11-24T11:59:00.000Z' });
    const bindings = { ...(await ticketed(made)), 'services/shop/candidate': 'shop-2' };
    const context = made.context({
      bindings,
      around: async (_, call) => {
        const { etag } = await made.services.describe('shop-run');
        await made.services.moveTraffic('shop-run', { to: 'shop-3', etag, token: 1 });
        await call();
      },
    });
    await assert.rejects(
      releaseServices.run(context),
      (error: unknown) => error instanceof EffectError && error.fault === 'call-failed',
    );
    assert.equal(made.services.serving('shop-run'), 'shop-3');
  });

  it('settles a call whose answer was lost by looking', async () => {
    await using made = await world();
    const context = made.context({
      bindings: await ticketed(made),
      around: async (_, call) => {
        await call();
        throw new PortError('services', 'unavailable', 'the answer was lost');
      },
    });
    await releaseServices.run(context);
    assert.deepEqual(
      context.applied.map(({ state }) => state),
      ['applied', 'applied'],
    );
  });

  it('has no effect where the ticketed revision serves already, and fails where another one serves since', async () => {
    await using made = await world();
    const bindings = {
      ...(await ticketed(made)),
      'services/shop/candidate': 'shop-1',
      'services/gate/candidate': 'gate-1',
    };
    const context = made.context({ bindings });
    assert.deepEqual(codes(await releaseServices.run(context)), [
      'noted services/shop already-serving',
      'noted services/gate already-serving',
    ]);
    assert.deepEqual(context.applied, []);
    const { etag } = await made.services.describe('gate');
    await made.services.moveTraffic('gate', { to: 'gate-2', etag, token: 1 });
    assert.ok(
      codes(await releaseServices.run(made.context({ bindings }))).includes('fails services/gate serving-moved'),
    );
  });

  it('does nothing without a ticket, and writes nothing in a dry-run that says what it would do', async () => {
    await using made = await world();
    const before = await readFile(made.file);
    assert.deepEqual(codes(await releaseServices.run(made.context())), [
      'fails services/shop not-ticketed',
      'fails services/gate not-ticketed',
    ]);
    const dry = made.context({ mode: 'dry-run' });
    await releaseServices.run(dry);
    assert.deepEqual(
      dry.wouldDo.map(({ detail }) => detail),
      ['all traffic of shop-run moves from shop-1 to shop-2', 'all traffic of gate moves from gate-1 to gate-2'],
    );
    assert.deepEqual(await readFile(made.file), before);
  });

  it('notes that no service asks to be released', async () => {
    assert.deepEqual(codes(await releaseServices.run(createContext())), [
      'noted services with `release` nothing-configured',
    ]);
  });
});

describe('validate-service-deployments', () => {
  it('passes when the ticketed revisions serve alone, from images by digest, and are healthy', async () => {
    await using made = await world();
    const bindings = await ticketed(made);
    await releaseServices.run(made.context({ bindings }));
    const outcome = await validateServiceDeployments.run(made.context({ bindings }));
    assert.deepEqual(outcome.findings, []);
    assert.equal(outcome.evidence.length, 4);
  });

  it('fails when another revision serves than was ticketed', async () => {
    await using made = await world();
    const outcome = await validateServiceDeployments.run(made.context({ bindings: await ticketed(made) }));
    assert.deepEqual(codes(outcome), [
      'fails services/shop another-revision-serves',
      'fails services/gate another-revision-serves',
    ]);
  });

  it('fails a release that turns out to be ill', async () => {
    await using made = await world();
    const bindings = await ticketed(made);
    await releaseServices.run(made.context({ bindings }));
    const http = scriptedHttp({ [HEALTH]: { status: 500 }, 'https://gate.example/': { status: 200 } });
    const outcome = await validateServiceDeployments.run(
      made.context({ bindings, ports: { services: made.services, http } }),
    );
    assert.deepEqual(codes(outcome), ['fails services/shop unexpected-status']);
  });

  it('judges each of the platform’s own conditions, and an image that is not pinned', async () => {
    await using made = await world();
    const bindings = { 'services/gate/candidate': 'gate-1', 'services/gate/serving': 'gate-1' };
    const yaml = 'services:\n  - {name: gate, url: "https://gate.example/", release: {}}\n';
    const settled = {
      ...(await made.services.describe('gate')),
      latestReadyRevision: 'gate-2',
      latestCreatedRevision: 'gate-2',
    };
    const judged = async (state: object, image = IMAGE) => {
      const services = {
        describe: async () => ({ ...settled, ...state }),
        revision: async () => ({ ...(await made.services.revision('gate', 'gate-1')), image }),
      };
      const ports = { services: services as never, http: made.http };
      const options = { bindings, ports, configuration: sampleConfiguration(yaml) };
      return codes(await validateServiceDeployments.run(made.context(options)));
    };
    assert.deepEqual(await judged({}), []);
    assert.deepEqual(await judged({ reconciling: true }), ['unknown services/gate not-settled']);
    assert.deepEqual(await judged({ generationObserved: false }), ['unknown services/gate not-settled']);
    assert.deepEqual(await judged({ ready: false }), ['fails services/gate not-ready']);
    assert.deepEqual(await judged({ latestReadyRevision: 'gate-1' }), ['fails services/gate newest-not-ready']);
    assert.deepEqual(await judged({ latestReadyRevision: null, latestCreatedRevision: null }), [
      'fails services/gate newest-not-ready',
    ]);
    assert.deepEqual(await judged({ traffic: [] }), ['fails services/gate traffic-split']);
    assert.deepEqual(await judged({}, 'registry.example/shop:v1'), ['fails services/gate image-not-by-digest']);
  });

  it('judges what serves now in a dry-run, because nothing was moved', async () => {
    await using made = await world();
    const outcome = await validateServiceDeployments.run(
      made.context({ mode: 'dry-run', bindings: await ticketed(made) }),
    );
    assert.deepEqual(codes(outcome), ['noted services/shop before-release', 'noted services/gate before-release']);
  });

  it('cannot tell when the platform does not answer', async () => {
    await using made = await world();
    const services = { describe: () => Promise.reject(new PortError('services', 'unavailable', 'no answer')) };
    const outcome = await validateServiceDeployments.run(
      made.context({ ports: { services: services as never, http: made.http } }),
    );
    assert.deepEqual(codes(outcome), ['unknown services/shop unreachable', 'unknown services/gate unreachable']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import type { OperationOutcome } from '../../../shared/domain/operation.ts';
import { checkServiceManifests } from '../../../shared/operations/services/check-service-manifests.ts';
import type { RepositoriesPort } from '../../../shared/ports/repositories.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { createContext } from '../../support/operation-context.ts';

const COMMIT = 'c'.repeat(40);
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const PATH = 'infra/shop.yaml';
const RULES = 'manifest_rules: {require_env: {COMPLIANCE_LEVEL: "21+"}, forbid_probe_path_suffix: z}\n';
const SERVICE = `  - {name: shop, url: "https://shop.example/", manifest: ${PATH}}`;

const GOOD = `apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: shop}
spec:
  template:
    spec:
      serviceAccountName: shop@livhana-fixture.iam.gserviceaccount.com
      containerConcurrency: 1
      containers:
        - image: registry.example:5000/shop@${DIGEST}
          ports: [{containerPort: 8080}]
          resources: {limits: {cpu: 500m}}
          env: [{name: COMPLIANCE_LEVEL, value: "21+"}]
          livenessProbe: {httpGet: {path: /live}}
          startupProbe: {tcpSocket: {port: 8080}}
`;

const codes = ({ findings }: OperationOutcome) =>
  findings.map(({ state, code, subject }) => `${state} ${subject} ${code}`);

/** A repository whose default branch has these files. */
function repositoryWith(
  files: Readonly<Record<string, string | PortError>>,
  refs = [['refs/heads/main', COMMIT]],
): RepositoriesPort {
  const port: Pick<RepositoriesPort, 'listRefs' | 'readFile'> = {
    async listRefs() {
      return { refs: new Map(refs as [string, string][]), peeled: new Map(), capabilities: new Set() };
    },
    async readFile(_, commit, path) {
      assert.equal(commit, COMMIT);
      const file = files[path] ?? new PortError('repositories', 'not-found', `no ${path}`);
      if (file instanceof PortError) throw file;
      return Buffer.from(file);
    },
  };
  return port as RepositoriesPort;
}

const check = (repositories: RepositoriesPort, services = SERVICE, rules = RULES) =>
  checkServiceManifests.run(
    createContext({
      phase: 't-30-final-check',
      dueAt: '2026-11-24T11:30:00.000Z',
      ports: { repositories },
      configuration: sampleConfiguration(`services:\n${services}\n${rules}`),
    }),
  );
const judged = async (text: string, rules = RULES) =>
  codes(await check(repositoryWith({ [PATH]: text }), SERVICE, rules)).map((code) => code.split(' ').at(-1));

describe('check-service-manifests', () => {
  it('passes a manifest that keeps every rule, with path, commit and digest as receipt', async () => {
    const outcome = await check(repositoryWith({ [PATH]: GOOD }));
    assert.deepEqual(outcome.findings, []);
    assert.equal(outcome.evidence[0]?.request, `${PATH} of LivHana-SoT at ${COMMIT}`);
    assert.match(outcome.evidence[0]?.digest ?? '', /^sha256:[0-9a-f]{64}$/);
  });

  it('fails an image that is not named by its digest, and a tag that is refused even beside one', async () => {
    const image = (name: string) => GOOD.replace(/image: .*/, `image: ${name}`);
    assert.deepEqual(await judged(image('registry.example:5000/shop')), ['image-not-by-digest', 'forbidden-tag']);
    assert.deepEqual(await judged(image('shop:v1')), ['image-not-by-digest']);
    assert.deepEqual(await judged(image(`shop:latest@${DIGEST}`)), ['forbidden-tag']);
    assert.deepEqual(await judged(image(`shop:v1@${DIGEST}`)), []);
    assert.deepEqual(await judged(image('shop@sha256:short')), ['image-not-by-digest']);
  });

  it('fails a container without a probe that is asked for, helpers included, and a reserved probe path', async () => {
    assert.deepEqual(await judged(GOOD.replace(/ *livenessProbe.*\n/, '')), ['liveness-probe-missing']);
    assert.deepEqual(await judged(GOOD.replace(/ *startupProbe.*\n/, '')), ['startup-probe-missing']);
    assert.deepEqual(await judged(GOOD.replace('/live', '/healthz')), ['probe-path-reserved']);
    const helper = `${GOOD}        - {name: helper, image: "proxy@${DIGEST}"}\n`;
    const outcome = await check(repositoryWith({ [PATH]: helper }));
    assert.deepEqual(codes(outcome).length, 2);
    assert.match(outcome.findings[0]?.message ?? '', /^helper: /);
    assert.deepEqual(await judged(helper, 'manifest_rules: {require_probes: []}\n'), []);
  });

  it('fails a service without an account of its own', async () => {
    const account = (line: string) => GOOD.replace(/ *serviceAccountName.*\n/, line);
    assert.deepEqual(await judged(account('')), ['service-account-missing']);
    assert.deepEqual(
      await judged(account('      serviceAccountName: 123456-compute@developer.gserviceaccount.com\n')),
      ['service-account-missing'],
    );
    assert.deepEqual(await judged(account(''), 'manifest_rules: {require_service_account: false}\n'), []);
  });

  it('fails more than one request at once below one CPU, however the CPU is written', async () => {
    const more = (cpu: string, concurrency: string) =>
      GOOD.replace('500m', cpu).replace(/ *containerConcurrency.*\n/, concurrency);
    assert.deepEqual(await judged(more('500m', '      containerConcurrency: 80\n')), ['concurrency-above-1']);
    assert.deepEqual(await judged(more('0.5', '')), ['concurrency-above-1']);
    assert.deepEqual(await judged(more('1000m', '')), []);
    assert.deepEqual(await judged(more('"1"', '      containerConcurrency: 80\n')), []);
    assert.deepEqual(await judged(more('many', '')), ['unreadable']);
  });

  it('fails an environment that is not as it must be, set from elsewhere included', async () => {
    const env = (entry: string) => GOOD.replace(/env: .*/, `env: [${entry}]`);
    assert.deepEqual(await judged(env('')), ['environment-differs']);
    assert.deepEqual(await judged(env('{name: COMPLIANCE_LEVEL, value: none}')), ['environment-differs']);
    assert.deepEqual(await judged(env('{name: COMPLIANCE_LEVEL, valueFrom: {secretKeyRef: {name: x, key: latest}}}')), [
      'environment-differs',
    ]);
  });

  it('fails what is no manifest of a service, and never throws for it', async () => {
    const bombs = [
      '',
      '- 1',
      'a: [',
      'kind: Service',
      `${GOOD}---\n${GOOD}`,
      'a: &a [1]\nb: *a',
      `${'['.repeat(100_000)}`,
      GOOD.replace('containers:', 'boxes:'),
      '\u0000',
    ];
    for (const text of bombs) assert.deepEqual(await judged(text), ['unreadable'], text.slice(0, 40));
  });

  it('fails a manifest that is configured and not there, and degrades where the service is not critical', async () => {
    assert.deepEqual(codes(await check(repositoryWith({}))), ['fails services/shop/manifest manifest-absent']);
    const soft = await check(repositoryWith({}), SERVICE.replace('manifest:', 'critical: false, manifest:'));
    assert.equal(soft.findings[0]?.soft, true);
  });

  it('cannot tell when the repository or its branch cannot be read, and names the credential', async () => {
    const refused = {
      ...repositoryWith({}),
      listRefs: () => Promise.reject(new PortError('repositories', 'unauthenticated', 'refused')),
    };
    assert.deepEqual(codes(await check(refused)), ['unknown services/shop/manifest credential-refused']);
    assert.deepEqual(codes(await check(repositoryWith({}, []))), ['unknown services/shop/manifest no-branch']);
    const outage = repositoryWith({ [PATH]: new PortError('repositories', 'unavailable', 'no answer') });
    assert.deepEqual(codes(await check(outage)), ['unknown services/shop/manifest unreachable']);
  });

  it('looks at no service without a manifest, and notes when none has one', async () => {
    const without = '  - {name: other, url: "https://other.example/"}';
    const outcome = await check(repositoryWith({ [PATH]: GOOD }), `${SERVICE}\n${without}`);
    assert.equal(outcome.evidence.length, 1);
    const none = await check(repositoryWith({}), without);
    assert.deepEqual(codes(none), ['noted services with `manifest` nothing-configured']);
    assert.equal(none.evidence.length, 1);
  });
});

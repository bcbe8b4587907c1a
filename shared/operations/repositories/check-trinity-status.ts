import { type Evidence, fails, noted, type Observation, result } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { defineOperation } from '../define-operation.ts';
import { mapLimited } from '../support/map-limited.ts';
import { lookAtRepository } from './look-at-repository.ts';
import { AT_ONCE, type RepositoryContext, seen } from './repository.ts';

/** The repositories that are released together, each looked at by itself and all of them as the set they must be. */
export const checkTrinityStatus = defineOperation({
  name: 'check-trinity-status',
  claim: 'each configured repository is reachable, current, checked, and can be released by a fast-forward',
  kind: 'check',
  failure: 'hard',
  needs: ['repositories'],
  timeoutSeconds: 180,
  async run(context) {
    const set = judgeSet(context);
    const { repositories } = context.configuration;
    const looks = await mapLimited(repositories, AT_ONCE, (configured) => lookAtRepository(context, configured));
    const findings = [...set.findings, ...looks.flatMap((look) => look.findings)];
    const evidence = [...set.evidence, ...looks.flatMap((look) => look.evidence)];
    const status = looks.map(({ name, status: one }) => [name, { ...one }] as const);
    const output: Json = { repositories: Object.fromEntries(status) };
    return { ...result(findings, evidence), output };
  },
});

/** `SOVEREIGN_TRINITY` is the process's own idea of the set; where it is given it must be the configuration's. */
function judgeSet(context: RepositoryContext): { findings: Observation[]; evidence: Evidence[] } {
  const given = context.environment.SOVEREIGN_TRINITY;
  const configured = context.configuration.repositories.map(({ name }) => name);
  const words = {
    subject: 'SOVEREIGN_TRINITY',
    remedy: 'make the variable and `repositories` of the configuration equal',
  };
  if (given === undefined) {
    const message = 'SOVEREIGN_TRINITY is not set, so only the configuration says which repositories belong together';
    return { findings: [noted({ ...words, code: 'not-set', message })], evidence: [] };
  }
  const names = given.split(',').map((name) => name.trim());
  const evidence = [seen(context, 'SOVEREIGN_TRINITY', 'environment variable SOVEREIGN_TRINITY', names)];
  const missing = configured.filter((name) => !names.includes(name));
  const surplus = names.filter((name) => !configured.includes(name));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const wrong = [
    ...missing.map((name) => `${name} is missing from it`),
    ...surplus.map((name) => `${name === '' ? 'an empty name' : JSON.stringify(name)} is not configured`),
    ...twice.map((name) => `${name} stands in it twice`),
  ];
  if (wrong.length === 0) return { findings: [], evidence };
  const message = `SOVEREIGN_TRINITY is not the configured set: ${wrong.join('; ')}`;
  return { findings: [fails({ ...words, code: 'other-set', message })], evidence };
}

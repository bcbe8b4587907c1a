import { readFileSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/** Plain names in the main environment; any other puts its name into every resource. */
export function resourceNamer(environmentName: string): (name: string) => string {
  return (name) => (environmentName === 'production' ? `highnoon-${name}` : `highnoon-${environmentName}-${name}`);
}

/** The store's name in the cloud: `highnoon`, `highnoon-dev`. An emulator has one that needs no name. */
export const databaseName = (environmentName: string, isEmulated: boolean): string =>
  isEmulated ? '(default)' : resourceNamer(environmentName)('').replace(/-$/, '');

/** The revision of the running code: what deployment says, else the version of the package. */
export function codeRevisionOf(environment: Environment): string {
  return environment.HIGHNOON_CODE_REVISION ?? environment.K_REVISION ?? `high-noon-${packageVersion()}`;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

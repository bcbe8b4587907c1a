import { createLocalCredentials } from '../../../shared/adapters/local/credentials.ts';
import { credentialsContract } from '../../contracts/credentials.contract.ts';

credentialsContract('the environment of this machine', async () => {
  const environment: Record<string, string> = {};
  return {
    port: createLocalCredentials(environment),
    referenceOf: (name) => `env:${name}`,
    put: (name, value) => {
      environment[name] = value;
    },
    close: async () => {},
  };
});

import { createHttpClient } from '../../../shared/adapters/http/client.ts';
import { repositoriesContract } from '../../contracts/repositories.contract.ts';
import { makeGitWorld } from './git-world.ts';

repositoriesContract('git over smart HTTP', makeGitWorld);

// As deployed: the guarded client and a token; and a host that cannot leave out what is not asked for.
repositoriesContract('git over the guarded client, with a token, without filters', () =>
  makeGitWorld({
    http: createHttpClient({ allowLoopbackHttp: true }),
    token: 'a-token-for-tests',
    config: { 'uploadpack.allowFilter': 'false' },
  }),
);

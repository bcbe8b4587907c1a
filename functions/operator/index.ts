import { type HttpFunction, http } from '@google-cloud/functions-framework';
// Looks at every request as it starts, so it is here before the first.
import '../../shared/runtime/the-runtime.ts';
import { loadPhase } from './load-phase.ts';

let handler: Promise<HttpFunction> | undefined;

// Loaded when the first request comes, as every function is.
http('operator', async (request, response) => {
  handler ??= import('../../shared/runtime/operator-handler.ts').then(({ operatorHandler }) =>
    operatorHandler(loadPhase),
  );
  await (await handler)(request, response);
});

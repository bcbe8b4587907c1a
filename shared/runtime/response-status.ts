import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';

const responses = new AsyncLocalStorage<ServerResponse>();

// functions-framework answers every error of a cloud event function with 500, and Pub/Sub's metrics count those as
// crashes. Node tells of each request as it starts, in the request's own asynchronous context.
subscribe('http.server.request.start', (message) => {
  responses.enterWith((message as { response: ServerResponse }).response);
});

/** Answers the request that is being handled with 503: not now, come back. False when there is none to answer. */
export function answerComeBack(detail: string): boolean {
  const response = responses.getStore();
  if (response === undefined || response.headersSent) return false;
  response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '10' });
  response.end(detail);
  return true;
}

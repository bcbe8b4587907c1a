// Pushes messages at a function as Pub/Sub does, many at a time, and answers how long each took: a thread beside the function's.
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answered, Burst, Message } from './burst.ts';

const { port, path, messages, concurrency } = workerData as Burst;
const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
const answers: Answered[] = [];
let next = 0;

async function work(): Promise<void> {
  for (let message = messages[next++]; message !== undefined; message = messages[next++])
    answers.push(await post(message));
}

function post({ kind, body }: Message): Promise<Answered> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.once('end', () =>
        resolve({ kind, status: response.statusCode ?? 0, ms: performance.now() - startedMs }),
      );
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

await Promise.all(Array.from({ length: concurrency }, work));
agent.destroy();
parentPort?.postMessage(answers);

// Pushes messages at a function as Pub/Sub does, many at a time, and answers how long each took: a thread beside the function's.
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answered, Burst, Message } from './burst.ts';

const { port, path, messages, concurrency } = workerData as Burst;
const answers: Answered[] = [];
let next = 0;

/** Requests as bytes on a socket of its own: a client of Node's would work as long for an answer as the function does. */
async function work(): Promise<void> {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  for (let message = messages[next++]; message !== undefined; message = messages[next++])
    answers.push(await post(socket, message));
  socket.destroy();
}

function post(socket: Socket, { kind, body }: Message): Promise<Answered> {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const request = Buffer.from(head + body);
  return new Promise((resolve, reject) => {
    let told = '';
    const startedMs = performance.now();
    const settle = (work: () => void) => {
      socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('close');
      work();
    };
    socket.on('data', (part: Buffer) => {
      told += part.toString('latin1');
      const status = statusOfWhole(told);
      if (status === undefined) return;
      const ms = performance.now() - startedMs;
      settle(() => resolve({ kind, status, ms }));
    });
    socket.once('error', (error) => settle(() => reject(error)));
    socket.once('close', () => settle(() => reject(new Error(`closed after '${told.slice(0, 200)}'`))));
    socket.write(request);
  });
}

/** The status of an answer that has come whole, undefined while some of it is missing. */
function statusOfWhole(told: string): number | undefined {
  const end = told.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...fields] = told.slice(0, end).split('\r\n');
  const status = Number(first.split(' ')[1]);
  const length = fields.map((field) => /^content-length: *(\d+)$/i.exec(field)?.[1]).find((text) => text !== undefined);
  // No content has no length; an answer in chunks would end with an empty one, and a function sends none here.
  const isWhole = status === 204 || (length !== undefined && told.length - end - 4 >= Number(length));
  return isWhole ? status : undefined;
}

await Promise.all(Array.from({ length: concurrency }, work));
parentPort?.postMessage(answers);

import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Fault } from './faults.ts';

type Broken = Exclude<Fault, { kind: 'stall' }>;

/** google.rpc.Code as an HTTP status and a name, for the codes that tests use. */
const CODES: Readonly<Record<number, readonly [number, string]>> = {
  4: [504, 'DEADLINE_EXCEEDED'],
  5: [404, 'NOT_FOUND'],
  7: [403, 'PERMISSION_DENIED'],
  8: [429, 'RESOURCE_EXHAUSTED'],
  10: [409, 'ABORTED'],
  14: [503, 'UNAVAILABLE'],
};
/** REST's names where they are others than gRPC's. */
const METHODS: Readonly<Record<string, string>> = { batchGet: 'batchGetDocuments' };

/** The part of the stand-in that speaks REST: hands each call on to the emulator, and fails what `faultOf` says. */
export async function startRestProxy(
  emulatorHost: string,
  faultOf: (method: string) => Fault | undefined,
): Promise<Server> {
  const server = createServer(async (request, response) => {
    const url = request.url ?? '';
    const method = request.method === 'GET' ? 'listDocuments' : url.slice(url.lastIndexOf(':') + 1);
    const body = await text(request);
    const ask = (at: string, what: string) =>
      fetch(`http://${emulatorHost}${at}`, {
        method: what === '' ? 'GET' : 'POST',
        headers: { 'content-type': 'application/json', authorization: request.headers.authorization ?? '' },
        ...(what === '' ? {} : { body: what }),
      });
    /** Firestore's optimistic transactions hold nothing; the emulator's would lock others out for a minute. */
    const letGo = async (transaction: unknown) => {
      if (typeof transaction !== 'string') return;
      await (await ask(url.replace(/:\w+$/, ':rollback'), JSON.stringify({ transaction }))).text();
    };
    const fault = faultOf(METHODS[method] ?? method);
    if (fault?.kind === 'before') {
      if (method === 'commit') await letGo((JSON.parse(body) as { transaction?: unknown }).transaction);
      return answer(response, httpStatus(fault), errorOf(fault));
    }
    const real = await ask(url, body);
    const told: unknown = await real.json();
    if (fault?.kind !== 'after') return answer(response, real.status, told);
    if (!Array.isArray(told)) return answer(response, httpStatus(fault), errorOf(fault));
    for (const { transaction } of told as { transaction?: unknown }[]) await letGo(transaction);
    // An answer that breaks has told a part already, under a status that said that all was well.
    return answer(response, 200, [...told.slice(0, told.length >> 1), errorOf(fault)]);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const httpStatus = ({ code }: Broken): number => CODES[code]?.[0] ?? 500;

const errorOf = (fault: Broken) => ({
  error: {
    code: httpStatus(fault),
    message: fault.text ?? `told to fail ${fault.kind} it took effect`,
    status: CODES[fault.code]?.[1],
  },
});

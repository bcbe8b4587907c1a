import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type Fault, Faults } from './faults.ts';
import { startRestProxy } from './firestore-rest-proxy.ts';

const require = createRequire(import.meta.url);

export interface FirestoreProxy {
  /** `127.0.0.1:PORT`: what the client takes for the emulator. */
  readonly endpoint: string;
  /** By method, lower case first: `commit`, `batchGetDocuments`, `runQuery`; codes are gRPC's. */
  readonly faults: Faults;
  /** Asked before the scripted ones: by the number of the call, counted over all methods from 0. */
  script: ((call: number, method: string) => Fault | undefined) | undefined;
  close(): Promise<void>;
}

const asIs = (bytes: Buffer): Buffer => bytes;
interface TransactionOf {
  readonly database: string;
  readonly transaction: Uint8Array;
}
type Refuse = (error: grpc.ServiceError) => void;

/** Stands before the emulator, hands every call on as it came, by gRPC or by REST at one port as the emulator itself, and fails what it is told to: before it reaches the store, or after. */
export async function startFirestoreProxy(emulatorHost: string): Promise<FirestoreProxy> {
  const root = dirname(require.resolve('@google-cloud/firestore-api/package.json'));
  const gax = dirname(createRequire(join(root, 'package.json')).resolve('google-gax'));
  const definition = loadSync('google/firestore/v1/firestore.proto', {
    includeDirs: [join(root, 'build', 'protos'), join(gax, '..', 'protos')],
  })['google.firestore.v1.Firestore'] as grpc.ServiceDefinition;
  const behind = new grpc.Client(emulatorHost, grpc.credentials.createInsecure());
  const server = new grpc.Server();
  const faults = new Faults();
  const proxy: Omit<FirestoreProxy, 'endpoint' | 'close'> = { faults, script: undefined };
  let calls = 0;

  const faultOf = (method: string): Fault | undefined => {
    const scripted = proxy.script?.(calls, method);
    calls += 1;
    // Taken in any case, because taking counts the call.
    return scripted ?? faults.take(method);
  };

  const raw: Record<string, grpc.MethodDefinition<Buffer, Buffer>> = {};
  const handlers: grpc.UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(definition)) {
    // Streams of requests (listen, write) are not this program's.
    if (method.requestStream) continue;
    raw[name] = {
      ...method,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    };
    const camel = `${name[0]?.toLowerCase()}${name.slice(1)}`;
    handlers[name] = method.responseStream ? streamed(camel, method.path) : single(camel, method.path);
  }
  server.addService(raw, handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const rest = await startRestProxy(emulatorHost, faultOf);
  const front = await startFront(port, (rest.address() as AddressInfo).port);
  return Object.assign(proxy, {
    endpoint: front.endpoint,
    close: async () => {
      front.close();
      rest.closeAllConnections();
      rest.close();
      behind.close();
      server.forceShutdown();
    },
  });

  function single(method: string, path: string): grpc.handleUnaryCall<Buffer, Buffer> {
    return ({ request, metadata }, respond) => {
      const fault = faultOf(method);
      const refuse: Refuse = (error) => respond(error);
      if (fault?.kind === 'before') {
        if (method !== 'commit') return refuse(errorOf(fault));
        return letGo(ofCommit(request), metadata, () => refuse(errorOf(fault)));
      }
      behind.makeUnaryRequest(path, asIs, asIs, request, metadata, (error, answer) => {
        if (fault?.kind === 'after') refuse(errorOf(fault));
        else respond(error, answer);
      });
    };
  }

  /**
   * Gives a transaction up whose caller will never come back for it. Firestore's optimistic ones hold nothing; the
   * emulator's would lock others out for a minute.
   */
  function letGo(asked: TransactionOf, metadata: grpc.Metadata, done: () => void): void {
    const { path, requestSerialize } = methodOf('Rollback');
    if (asked.transaction.length === 0) done();
    else behind.makeUnaryRequest(path, requestSerialize, asIs, asked, metadata, done);
  }

  function ofCommit(request: Buffer): TransactionOf {
    return methodOf('Commit').requestDeserialize(request) as TransactionOf;
  }

  function methodOf(name: string): grpc.MethodDefinition<unknown, unknown> {
    const found = definition[name];
    if (found === undefined) throw new Error(`Firestore has no method ${name}`);
    return found;
  }

  /** The one that a read has opened, as its first answer says. */
  function ofRead(request: Buffer, answers: readonly Buffer[]): TransactionOf {
    const { requestDeserialize, responseDeserialize } = methodOf('BatchGetDocuments');
    const { database } = requestDeserialize(request) as TransactionOf;
    for (const answer of answers) {
      const { transaction } = responseDeserialize(answer) as TransactionOf;
      if (transaction?.length > 0) return { database, transaction };
    }
    return { database, transaction: new Uint8Array() };
  }

  function streamed(method: string, path: string): grpc.handleServerStreamingCall<Buffer, Buffer> {
    return (call) => {
      const fault = faultOf(method);
      const refuse: Refuse = (error) => call.emit('error', error);
      if (fault?.kind === 'before') return refuse(errorOf(fault));
      const answers = behind.makeServerStreamRequest(path, asIs, asIs, call.request, call.metadata);
      const kept: Buffer[] = [];
      answers.on('data', (part: Buffer) => kept.push(part));
      answers.on('error', (error: grpc.ServiceError) => refuse(error));
      answers.on('end', () => {
        // A stream that breaks has told a part already.
        const told = fault?.kind === 'after' ? kept.slice(0, kept.length >> 1) : kept;
        for (const part of told) call.write(part);
        if (fault?.kind !== 'after') call.end();
        else if (method !== 'batchGetDocuments') refuse(errorOf(fault));
        else letGo(ofRead(call.request, kept), call.metadata, () => refuse(errorOf(fault)));
      });
    };
  }
}

/** What every connection of HTTP/2, and so of gRPC, begins with; one of REST begins with a method. */
const HTTP2 = 'PRI ';

async function startFront(grpcPort: number, restPort: number): Promise<{ endpoint: string; close(): void }> {
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy());
  };
  const front = createServer((socket) => {
    keep(socket);
    socket.once('data', (first) => {
      const isGrpc = first.toString('latin1', 0, HTTP2.length) === HTTP2;
      const behind = connect(isGrpc ? grpcPort : restPort, '127.0.0.1');
      keep(behind);
      behind.write(first);
      socket.pipe(behind).pipe(socket);
    });
  });
  await once(front.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `127.0.0.1:${(front.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of open) socket.destroy();
      front.close();
    },
  };
}

function errorOf(fault: Exclude<Fault, { kind: 'stall' }>): grpc.ServiceError {
  const details = fault.text ?? `told to fail ${fault.kind} it took effect`;
  return Object.assign(new Error(details), { code: fault.code, details, metadata: new grpc.Metadata() });
}

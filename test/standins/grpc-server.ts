import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Faults } from './faults.ts';

const require = createRequire(import.meta.url);

/** An error of the service: its gRPC code, its text, and details as the wire carries them. */
export class GrpcFault extends Error {
  readonly code: number;
  readonly detailsBin: Uint8Array | undefined;

  constructor(code: number, message: string, detailsBin?: Uint8Array) {
    super(message);
    this.code = code;
    this.detailsBin = detailsBin;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: requests come as the proto says, each handler knows its own
export type Handlers = Readonly<Record<string, (request: any) => unknown>>;

export interface GrpcStandIn {
  readonly endpoint: string;
  readonly faults: Faults;
  close(): Promise<void>;
}

/** A server on the protos that ship inside a Google client package, for the real client to talk to. */
export async function startGrpc(options: {
  /** `@google-cloud/run` */
  readonly package: string;
  readonly services: readonly {
    /** `google/cloud/run/v2/service.proto` */
    readonly proto: string;
    /** `google.cloud.run.v2.Services` */
    readonly name: string;
    /** By method name, lower case first; a streaming method returns a list. */
    readonly handlers: Handlers;
  }[];
}): Promise<GrpcStandIn> {
  const root = dirname(require.resolve(`${options.package}/package.json`));
  const gax = dirname(createRequire(join(root, 'package.json')).resolve('google-gax'));
  const faults = new Faults();
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 16 << 20 });
  for (const { proto, name, handlers } of options.services) {
    const definition = loadSync(proto, {
      includeDirs: [join(root, 'build', 'protos'), join(gax, '..', 'protos')],
      longs: String,
      enums: String,
      defaults: true,
      keepCase: false,
    });
    const service = definition[name] as grpc.ServiceDefinition;
    const implementation: grpc.UntypedServiceImplementation = {};
    for (const [method, { responseStream }] of Object.entries(service)) {
      const camel = `${method[0]?.toLowerCase()}${method.slice(1)}`;
      const handler = handlers[camel];
      if (handler === undefined) continue;
      implementation[method] = responseStream ? streaming(camel, handler, faults) : unary(camel, handler, faults);
    }
    server.addService(service, implementation);
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { endpoint: `127.0.0.1:${port}`, faults, close: async () => server.forceShutdown() };
}

async function answer(method: string, handler: Handlers[string], request: unknown, faults: Faults): Promise<unknown> {
  const fault = faults.take(method);
  if (fault?.kind === 'before') throw new GrpcFault(fault.code, fault.text ?? 'told to fail');
  if (fault?.kind === 'stall') await fault.until;
  const response = await handler(request);
  if (fault?.kind === 'after') throw new GrpcFault(fault.code, fault.text ?? 'told to fail after it was done');
  return response;
}

function unary(method: string, handler: Handlers[string], faults: Faults): grpc.handleUnaryCall<unknown, unknown> {
  return (call, respond) => {
    answer(method, handler, call.request, faults).then(
      (response) => respond(null, response),
      (error: unknown) => respond(asServiceError(error)),
    );
  };
}

function streaming(
  method: string,
  handler: Handlers[string],
  faults: Faults,
): grpc.handleServerStreamingCall<unknown, unknown> {
  return (call) => {
    answer(method, handler, call.request, faults).then(
      (responses) => {
        for (const response of responses as readonly unknown[]) call.write(response);
        call.end();
      },
      (error: unknown) => call.emit('error', asServiceError(error)),
    );
  };
}

function asServiceError(error: unknown): grpc.ServiceError {
  const metadata = new grpc.Metadata();
  const isFault = error instanceof GrpcFault;
  if (isFault && error.detailsBin !== undefined) metadata.set('grpc-status-details-bin', Buffer.from(error.detailsBin));
  const details = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(details), { code: isFault ? error.code : 13, details, metadata });
}

import { timingSafeEqual } from 'node:crypto';
import { unreachable } from '../../../domain/errors.ts';
import { plusMs } from '../../../domain/time.ts';
import type { SampleAnswer, SampleRequest, SampleWorld } from './answer.ts';
import type { SampleService, ServiceFault } from './service-faults.ts';
import { shopAnswer } from './shop.ts';

const json = (status: number, value: unknown): SampleAnswer => ({
  status,
  body: `${JSON.stringify(value)}\n`,
  headers: { 'content-type': 'application/json; charset=utf-8' },
});

const unauthorised: SampleAnswer = {
  ...json(401, { error: 'unauthorised' }),
  headers: { 'content-type': 'application/json; charset=utf-8', 'www-authenticate': 'Bearer' },
};
const notFound = json(404, { error: 'not found' });

/** What a server says to a request, from nothing but its arguments. */
export function sampleAnswer(
  service: SampleService,
  request: SampleRequest,
  fault: ServiceFault,
  world: SampleWorld,
): SampleAnswer {
  if (fault.unauthorised) return unauthorised;
  if (fault.redirectTo !== undefined) return { status: 302, body: '', headers: { location: fault.redirectTo } };
  const healthy = healthyAnswer(service, request, fault, world);
  return { ...healthy, status: fault.status ?? healthy.status, body: fault.body ?? healthy.body };
}

function healthyAnswer(
  service: SampleService,
  request: SampleRequest,
  fault: ServiceFault,
  world: SampleWorld,
): SampleAnswer {
  switch (service) {
    case 'integration-service': {
      const inventory = fault.emptyInventory ? [] : INVENTORY;
      return health(request, fault, world, {
        dependencies: { square: 'ok', lightspeed: 'ok', bigquery: 'ok' },
        inventory,
      });
    }
    case 'age-verification-gate':
      return health(request, fault, world, { minimumAge: 21, provider: { mode: fault.mock ? 'mock' : 'live' } });
    case 'reasoning-gateway':
      return bears(request.authorization, world.token)
        ? health(request, fault, world, { queueDepth: 0 })
        : unauthorised;
    case 'voice-service':
      return health(request, fault, world, { sessions: 0 });
    case 'mcp-broker':
      // It speaks its own protocol to those it knows, and has no health page by design.
      return request.path === '/mcp' ? unauthorised : notFound;
    case 'shop':
      if (request.path === '/health' || request.path === '/ready') return health(request, fault, world, {});
      return shopAnswer(request, fault, world) ?? notFound;
    default:
      return unreachable(service, 'sample service');
  }
}

const INVENTORY = [
  { sku: 'HN-GUM-10', batch: 'B-2609', quantity: 240 },
  { sku: 'HN-TIN-30', batch: 'B-2610', quantity: 96 },
  { sku: 'HN-TOP-50', batch: 'B-2611', quantity: 58 },
];

function health(
  request: SampleRequest,
  fault: ServiceFault,
  world: SampleWorld,
  more: Record<string, unknown>,
): SampleAnswer {
  if (request.path === '/ready') return json(200, { status: 'ready' });
  // Not /healthz: the platform keeps that path of its own domain for itself, and a sample should teach the right one.
  if (request.path !== '/health') return notFound;
  const checkedAt = plusMs(world.now, -(fault.staleMinutes ?? 0) * 60_000);
  return json(200, { status: 'healthy', mode: fault.mock ? 'mock' : 'live', checkedAt, ...more });
}

function bears(authorization: string | undefined, token: string): boolean {
  const given = Buffer.from(authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

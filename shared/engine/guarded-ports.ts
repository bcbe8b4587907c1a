import { InvariantError, PortError } from '../domain/errors.ts';
import type { RunMode } from '../domain/operation.ts';
import { type PortMap, WRITING_METHODS } from '../ports/port-map.ts';
import type { Engine } from './engine.ts';
import { retrying } from './transact.ts';

/**
 * The ports an operation named, and no others. Reads that fail for a passing reason are tried again here, and only
 * here. Outside a run every method that writes is shut: a dry-run cannot write by mistake.
 */
export function guardedPorts(
  engine: Engine,
  names: readonly (keyof PortMap)[],
  mode: RunMode,
  signal: AbortSignal,
): PortMap {
  const ports: Partial<Record<keyof PortMap, unknown>> = {};
  for (const name of names) ports[name] = guard(engine, name, mode, signal);
  return ports as unknown as PortMap;
}

function guard(engine: Engine, name: keyof PortMap, mode: RunMode, signal: AbortSignal): unknown {
  const port: object = engine.ports[name];
  const writing = new Set<PropertyKey>(WRITING_METHODS[name] as readonly string[]);
  return new Proxy(port, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const method = value as (...args: unknown[]) => unknown;
      if (writing.has(property)) {
        if (mode === 'run') return method.bind(target);
        return () => {
          throw new InvariantError(`a ${mode} called ${name}.${String(property)}, which writes`);
        };
      }
      return (...args: unknown[]) => {
        const first = method.apply(target, args);
        return first instanceof Promise
          ? retryRead(engine, signal, first, () => method.apply(target, args) as Promise<unknown>)
          : first;
      };
    },
  });
}

/** The first call is already under way; streams are returned as they are, since a part of them may be used up. */
function retryRead(
  engine: Engine,
  signal: AbortSignal,
  first: Promise<unknown>,
  again: () => Promise<unknown>,
): Promise<unknown> {
  let pending: Promise<unknown> | undefined = first;
  return retrying(engine, signal, () => {
    const call = pending ?? again();
    pending = undefined;
    return call;
  }).catch((error: unknown) => {
    throw signal.aborted && !(error instanceof PortError)
      ? new PortError('engine', 'deadline-exceeded', 'interrupted', { cause: error })
      : error;
  });
}

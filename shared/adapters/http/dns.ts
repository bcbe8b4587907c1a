import type { MxRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import { PortError, unreachable } from '../../domain/errors.ts';
import type { DnsPort, DnsRecordType } from '../../ports/dns.ts';
import { domainName } from './domain-name.ts';
import { type StartTimer, systemTimer } from './timer.ts';

export interface DnsClientOptions {
  /** Name servers as `address` or `address:port`; the machine's own when left out. */
  readonly servers?: readonly string[];
  readonly startTimer?: StartTimer;
}

/** The first try of a query may be lost: it is repeated once before the time limit. */
const TRIES = 2;

/** Asks the name servers; a resolver of its own for each question, so that ending one wait ends no other. */
export function createDnsClient(options: DnsClientOptions = {}): DnsPort {
  const { startTimer = systemTimer } = options;
  return {
    async records(domain, type, { timeoutMs, signal }) {
      const name = domainName(domain);
      const resolver = new Resolver({ timeout: Math.max(1, Math.floor(timeoutMs / TRIES)), tries: TRIES });
      if (options.servers !== undefined) resolver.setServers([...options.servers]);
      if (signal?.aborted) throw failure('ECANCELLED', name, type);
      const cancel = () => resolver.cancel();
      const stopTimer = startTimer(timeoutMs, cancel);
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        return canonicalSet(await query(resolver, name, type));
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
        // The domain exists and has no record of this type: an answer, unlike a domain that does not exist.
        if (code === 'ENODATA') return [];
        throw failure(code, name, type);
      } finally {
        stopTimer();
        signal?.removeEventListener('abort', cancel);
      }
    },
  };
}

async function query(resolver: Resolver, name: string, type: DnsRecordType): Promise<readonly string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(name);
    case 'AAAA':
      return (await resolver.resolve6(name)).map((address) => ipaddr.IPv6.parse(address).toRFC5952String());
    case 'CNAME':
      return (await resolver.resolveCname(name)).map(canonicalName);
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((strings) => strings.join(''));
    case 'MX':
      return (await resolver.resolveMx(name)).map(canonicalExchange);
    default:
      return unreachable(type, 'record type');
  }
}

export function canonicalSet(records: readonly string[]): readonly string[] {
  return [...new Set(records)].sort();
}

function canonicalExchange({ priority, exchange }: MxRecord): string {
  // RFC 7505: an exchange that is the root says that the domain takes no mail.
  return `${priority} ${exchange === '' ? '.' : canonicalName(exchange)}`;
}

function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(?<=.)\.$/, '');
}

function failure(code: string | undefined, name: string, type: DnsRecordType): PortError {
  const asked = `${type} records of ${name}`;
  const cause = code === undefined ? undefined : { cause: { code } };
  switch (code) {
    case 'ENOTFOUND':
      return new PortError('dns', 'not-found', `${asked}: the domain does not exist`, cause);
    case 'ETIMEOUT':
    case 'ECANCELLED':
      return new PortError('dns', 'deadline-exceeded', `${asked}: no answer in time`, cause);
    case 'EBADNAME':
      return new PortError('dns', 'invalid', `${asked}: not a domain name`, cause);
    case 'EFORMERR':
    case 'EBADRESP':
      return new PortError('dns', 'internal', `${asked}: the answer cannot be read`, cause);
    default:
      return new PortError('dns', 'unavailable', `${asked}: the name server could not say`, cause);
  }
}

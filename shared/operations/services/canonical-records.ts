import { unreachable } from '../../domain/errors.ts';
import type { DnsRecordType } from '../../ports/dns.ts';

/** Records in the one way of writing that the DNS port answers in, sorted and once each, so that equal sets are equal texts. */
export function canonicalRecords(type: DnsRecordType, records: readonly string[]): string[] {
  return [...new Set(records.map((record) => canonical(type, record.trim())))].sort();
}

function canonical(type: DnsRecordType, record: string): string {
  switch (type) {
    case 'A':
    case 'TXT':
      return record;
    case 'AAAA':
      // The URL standard writes IPv6 addresses as RFC 5952 does.
      return new URL(`http://[${record}]`).hostname.slice(1, -1);
    case 'CNAME':
      return hostName(record);
    case 'MX':
      return record.replace(
        /^(\d+)\s+(.*)$/s,
        (_, preference: string, host: string) => `${preference} ${hostName(host)}`,
      );
    default:
      return unreachable(type, 'record type');
  }
}

const hostName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

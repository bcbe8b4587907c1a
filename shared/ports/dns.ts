/**
 * What the public name system says of a domain, asked of a name server and never of the machine's own hosts file.
 */

export const DNS_RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'TXT', 'MX'] as const;
export type DnsRecordType = (typeof DNS_RECORD_TYPES)[number];

export interface DnsPort {
  /**
   * The record set of one type, each record as canonical text, sorted and without repetition, so that two sets are
   * equal exactly when their texts are. Names are in lower case without the final dot; IPv6 addresses as in RFC 5952;
   * MX as `PREFERENCE EXCHANGE`; the strings of one TXT record joined as RFC 7208 (3.3) joins them.
   *
   * Empty when the domain exists without records of that type. Throws `PortError`:
   * - `not-found`: the domain does not exist (NXDOMAIN)
   * - `unavailable`: the server could not say (SERVFAIL, REFUSED, unreachable): nothing is known, least of all absence
   * - `deadline-exceeded`: no answer within `timeoutMs`, or the caller's signal ended the wait
   * - `invalid`: not a domain name
   * - `internal`: the answer cannot be read
   */
  records(
    domain: string,
    type: DnsRecordType,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<readonly string[]>;
}

/** Names whose records may not change before a noon. */
import { z } from 'zod';
import { list, text, word } from './primitives.ts';

const DOMAIN = /^(?=.{1,253}$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}$/;
const domain = text('a domain name', (value) => (DOMAIN.test(value) ? undefined : 'is not a domain name'));
const host = text('a host name, with or without the closing dot', (value) =>
  DOMAIN.test(value.replace(/\.$/, '')) ? undefined : 'is not a host name',
);
const ipv4 = z.ipv4().meta({ allowed: 'an IPv4 address' });
const ipv6 = z.ipv6().meta({ allowed: 'an IPv6 address' });
const answer = text('one record as text', (value) =>
  value !== '' && value.length <= 2000 ? undefined : 'is not a record',
);

const records = z
  .strictObject({
    A: list(ipv4, { distinct: true }).optional().describe('IPv4 addresses.'),
    AAAA: list(ipv6, { distinct: true }).optional().describe('IPv6 addresses.'),
    CNAME: list(host, { most: 1 }).optional().describe('The canonical name.'),
    MX: list(answer, { distinct: true }).optional().describe('Mail exchangers, each as `PRIORITY HOST`.'),
    NS: list(host, { distinct: true }).optional().describe('Name servers.'),
    TXT: list(answer, { distinct: true }).optional().describe('Texts.'),
  })
  .refine((value) => Object.keys(value).length > 0, {
    error: 'names no record',
    params: { allowed: 'at least one of A, AAAA, CNAME, MX, NS, TXT' },
  });

export const protectedDnsSection = list(
  z.strictObject({
    domain: domain.describe('The name that is resolved.'),
    records: records.describe('The records that it must have.'),
    compare: word(['set']).default('set').describe('`set`: exactly these records, in any order.'),
    on_change: word(['block', 'warn'])
      .default('block')
      .describe('What another answer does: block the noon, or degrade it.'),
  }),
  { least: 0, most: 200 },
).default([]);

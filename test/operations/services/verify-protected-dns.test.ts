import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import type { OperationOutcome } from '../../../shared/domain/operation.ts';
import { verifyProtectedDns } from '../../../shared/operations/services/verify-protected-dns.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { createContext } from '../../support/operation-context.ts';

const codes = ({ findings }: OperationOutcome) =>
  findings.map(({ state, code, subject }) => `${state} ${subject} ${code}`);

async function verify(
  names: string,
  answers: Readonly<Record<string, readonly string[] | PortError>>,
): Promise<OperationOutcome> {
  const dns = {
    async records(domain: string, type: string) {
      const answer = answers[`${domain} ${type}`] ?? [];
      if (answer instanceof PortError) throw answer;
      return answer;
    },
  };
  const configuration = sampleConfiguration(`protected_dns:\n${names}\n`);
  return verifyProtectedDns.run(
    createContext({ phase: 't-30-final-check', dueAt: '2026-11-24T11:30:00.000Z', ports: { dns }, configuration }),
  );
}

const ONE = '  - {domain: a.example, records: {A: [192.0.2.10, 192.0.2.11]}}';

describe('verify-protected-dns', () => {
  it('passes with the same records in any order, and shows them', async () => {
    const outcome = await verify(ONE, { 'a.example A': ['192.0.2.11', '192.0.2.10'] });
    assert.deepEqual(outcome.findings, []);
    assert.deepEqual(outcome.evidence[0]?.value, ['192.0.2.10', '192.0.2.11']);
  });

  it('fails a record more, a record less, another record, and none', async () => {
    for (const found of [['192.0.2.10', '192.0.2.11', '192.0.2.12'], ['192.0.2.10'], ['192.0.2.10', '192.0.2.66'], []])
      assert.deepEqual(codes(await verify(ONE, { 'a.example A': found })), ['fails dns/a.example/A records-changed']);
  });

  it('fails a name that is gone, and cannot tell when the name server cannot', async () => {
    const gone = new PortError('dns', 'not-found', 'NXDOMAIN');
    assert.deepEqual(codes(await verify(ONE, { 'a.example A': gone })), ['fails dns/a.example/A domain-absent']);
    const failing = new PortError('dns', 'unavailable', 'SERVFAIL');
    const outcome = await verify(ONE, { 'a.example A': failing });
    assert.deepEqual(codes(outcome), ['unknown dns/a.example/A unreachable']);
    assert.deepEqual(outcome.evidence, []);
  });

  it('blocks the noon or degrades it, as the configuration says of the name', async () => {
    const warn = ONE.replace('}}', '}, on_change: warn}');
    assert.equal((await verify(ONE, {})).findings[0]?.soft, undefined);
    assert.equal((await verify(warn, {})).findings[0]?.soft, true);
    assert.equal(
      (await verify(warn, { 'a.example A': new PortError('dns', 'unavailable', 'SERVFAIL') })).findings[0]?.soft,
      true,
    );
  });

  it('takes equal records for equal, however they are written', async () => {
    const names =
      '  - {domain: a.example, records: {AAAA: ["2001:DB8:0:0::1"], CNAME: [Host.Example.], MX: ["10 Mail.Example."], TXT: ["v=spf1 -all"]}}';
    const outcome = await verify(names, {
      'a.example AAAA': ['2001:db8::1'],
      'a.example CNAME': ['host.example'],
      'a.example MX': ['10 mail.example'],
      'a.example TXT': ['v=spf1 -all'],
    });
    assert.deepEqual(outcome.findings, []);
    assert.equal(outcome.evidence.length, 4);
    assert.deepEqual(codes(await verify(names, { 'a.example TXT': ['V=SPF1 -all'] })).length, 4);
  });

  it('cannot tell of a type that cannot be asked for', async () => {
    assert.deepEqual(codes(await verify('  - {domain: a.example, records: {NS: [ns1.example]}}', {})), [
      'unknown dns/a.example/NS unsupported-type',
    ]);
  });

  it('notes that no name is protected, with the configuration as its receipt', async () => {
    const outcome = await verifyProtectedDns.run(
      createContext({ phase: 't-30-final-check', dueAt: '2026-11-24T11:30:00.000Z' }),
    );
    assert.deepEqual(codes(outcome), ['noted protected_dns nothing-configured']);
  });
});

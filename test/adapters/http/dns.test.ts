import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDnsClient } from '../../../shared/adapters/http/dns.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import type { DnsPort } from '../../../shared/ports/dns.ts';
import { nameServer, RCODE, type Reply, TYPE, wireName } from './name-server.ts';
import { timerByHand } from './servers.ts';

const limits = { timeoutMs: 5000 };
const address = (text: string) => Buffer.from(text.split('.').map(Number));
const mail = (preference: number, exchange: string) =>
  Buffer.concat([Buffer.from([0, preference]), wireName(exchange)]);
const text = (...strings: string[]) =>
  Buffer.concat(strings.flatMap((one) => [Buffer.from([one.length]), Buffer.from(one)]));

async function failure(answer: Promise<unknown>): Promise<PortError> {
  const error = await answer.then(
    () => assert.fail('it was answered'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PortError, String(error));
  return error;
}

async function asking<T>(
  reply: (name: string, type: number) => Reply | undefined,
  ask: (dns: DnsPort) => Promise<T>,
): Promise<T> {
  await using server = await nameServer(reply);
  return await ask(createDnsClient({ servers: [server.address] }));
}

test('a record set comes sorted, without repetition, each record as canonical text', async () => {
  const sets: Record<number, Reply> = {
    [TYPE.A]: {
      rcode: RCODE.noError,
      records: ['192.0.2.11', '192.0.2.10', '192.0.2.11'].map((one) => [TYPE.A, address(one)] as const),
    },
    [TYPE.AAAA]: {
      rcode: RCODE.noError,
      records: [[TYPE.AAAA, Buffer.from('20010db8000000000000000000000001', 'hex')]],
    },
    [TYPE.CNAME]: { rcode: RCODE.noError, records: [[TYPE.CNAME, wireName('Edge.Example')]] },
    [TYPE.MX]: {
      rcode: RCODE.noError,
      records: [
        [TYPE.MX, mail(20, 'MX2.example')],
        [TYPE.MX, mail(10, 'mx1.example')],
      ],
    },
    [TYPE.TXT]: { rcode: RCODE.noError, records: [[TYPE.TXT, text('v=spf1 ', '-all')]] },
  };
  await asking(
    (_name, type) => sets[type],
    async (dns) => {
      assert.deepEqual(await dns.records('protected-a.example', 'A', limits), ['192.0.2.10', '192.0.2.11']);
      assert.deepEqual(await dns.records('protected-a.example', 'AAAA', limits), ['2001:db8::1']);
      assert.deepEqual(await dns.records('www.protected-a.example', 'CNAME', limits), ['edge.example']);
      assert.deepEqual(await dns.records('protected-a.example', 'MX', limits), ['10 mx1.example', '20 mx2.example']);
      assert.deepEqual(await dns.records('protected-a.example', 'TXT', limits), ['v=spf1 -all']);
    },
  );
});

test('a domain that takes no mail by a null exchange says so', async () => {
  const records = await asking(
    () => ({ rcode: RCODE.noError, records: [[TYPE.MX, mail(0, '')]] }),
    (dns) => dns.records('a.example', 'MX', limits),
  );
  assert.deepEqual(records, ['0 .']);
});

test('a domain without records of the type is empty, one that does not exist is not found, one that cannot be told is neither', async () => {
  const ask = (dns: DnsPort) => dns.records('protected-a.example', 'A', limits);
  assert.deepEqual(await asking(() => ({ rcode: RCODE.noError }), ask), []);
  for (const [rcode, code] of [
    [RCODE.nxDomain, 'not-found'],
    [RCODE.servFail, 'unavailable'],
    [RCODE.refused, 'unavailable'],
    [RCODE.formErr, 'internal'],
  ] as const) {
    const error = await failure(asking(() => ({ rcode }), ask));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, /A records of protected-a\.example/);
  }
});

test('a server that does not answer is given up when the time is over or the caller stops waiting', async () => {
  const timer = timerByHand();
  await using server = await nameServer(() => void timer.goOff());
  const dns = createDnsClient({ servers: [server.address], startTimer: timer.startTimer });
  assert.equal((await failure(dns.records('a.example', 'A', { timeoutMs: 60_000 }))).code, 'deadline-exceeded');
  assert.deepEqual(timer.asked, [60_000]);

  const controller = new AbortController();
  await using silent = await nameServer(() => void controller.abort());
  const waiting = createDnsClient({ servers: [silent.address] }).records('a.example', 'A', {
    timeoutMs: 60_000,
    signal: controller.signal,
  });
  assert.equal((await failure(waiting)).code, 'deadline-exceeded');
  await using answering = await nameServer(() => ({ rcode: RCODE.noError }));
  const late = createDnsClient({ servers: [answering.address] }).records('a.example', 'A', {
    ...limits,
    signal: AbortSignal.abort(),
  });
  assert.equal((await failure(late)).code, 'deadline-exceeded');
});

test('no timer is left running after an answer', async () => {
  const timer = timerByHand();
  await using server = await nameServer(() => ({ rcode: RCODE.noError }));
  await createDnsClient({ servers: [server.address], startTimer: timer.startTimer }).records('a.example', 'A', limits);
  assert.equal(timer.running(), 0);
});

test('what is no domain name is refused and never asked for', async () => {
  await asking(
    () => assert.fail('it was asked for'),
    async (dns) => {
      for (const name of [
        '',
        '.',
        'a..example',
        '-a.example',
        'a-.example',
        'a b.example',
        'a.example/x',
        'a\n.example',
        `${'a'.repeat(64)}.example`,
        `${'a.'.repeat(127)}a`,
      ]) {
        assert.equal((await failure(dns.records(name, 'A', limits))).code, 'invalid', JSON.stringify(name));
      }
    },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddressKind, addressKind, isMetadataName, mayConnect } from '../../../shared/adapters/http/address.ts';

/** First and last address of each range, and the neighbours outside it where those are public. */
const KINDS: Record<AddressKind, readonly string[]> = {
  public: [
    '1.0.0.0',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2000::',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2003::1',
    '2606:4700::1111',
    '2a00:1450:4001:800::200e',
    '3ffe:ffff::1',
  ],
  loopback: ['127.0.0.1', '127.0.0.0', '127.1.2.3', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1'],
  private: [
    '10.0.0.0',
    '10.255.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.168.0.0',
    '192.168.255.255',
    'fc00::',
    'fd00::1',
    'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ],
  'link-local': ['169.254.0.0', '169.254.1.1', '169.254.255.255', 'fe80::', 'fe80::1', 'febf::1'],
  metadata: [
    '169.254.169.254',
    '169.254.170.2',
    '169.254.170.23',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd00:ec2::254',
    'FD00:EC2:0:0:0:0:0:254',
    'fd00:ec2::23',
    'fd20:ce::254',
  ],
  'carrier-nat': ['100.64.0.0', '100.127.255.255'],
  multicast: ['224.0.0.0', '239.255.255.255', 'ff00::', 'ff02::1', 'ffff::1'],
  unspecified: ['0.0.0.0', '0.1.2.3', '0.255.255.255', '::', '0:0:0:0:0:0:0:0'],
  'embeds-ipv4': [
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:8.8.8.8',
    '::ffff:169.254.169.254',
    '::ffff:0:127.0.0.1',
    '::127.0.0.1',
    '::8.8.8.8',
    '::2',
    '64:ff9b::7f00:1',
    '64:ff9b::808:808',
    '64:ff9b:1::a9fe:a9fe',
    '2002:7f00:1::',
    '2002:808:808::1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  ],
  reserved: [
    '192.0.0.1',
    '192.0.2.10',
    '192.88.99.1',
    '198.18.0.0',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.9',
    '240.0.0.0',
    '255.255.255.254',
    '255.255.255.255',
    '192.175.48.1',
    '192.31.196.1',
    '192.52.193.1',
    '100::1',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '2001:1ff::1',
    '2001:db8::1',
    '3fff::1',
    '5f00::1',
    'fec0::1',
    '4000::1',
    '1fff::1',
    '2620:4f:8000::1',
    'a000::1',
  ],
  'not-an-address': [
    '',
    'localhost',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '010.0.0.1',
    '127.0.0.1 ',
    '[::1]',
    'fe80::1%eth0',
    '::1%lo',
    '2606:4700::1111%eth0',
    '1.2.3.4.5',
    '1.2.3',
    '::ffff:999.1.1.1',
    '１２７.0.0.1',
    '8.8.8.8:443',
  ],
};

for (const [kind, addresses] of Object.entries(KINDS)) {
  test(`an address that is ${kind} is told as such, and may be connected to only if it is public`, () => {
    for (const address of addresses) {
      assert.equal(addressKind(address), kind, address);
      assert.equal(mayConnect(address), kind === 'public', address);
      assert.equal(mayConnect(address, { allowLoopback: true }), kind === 'public' || kind === 'loopback', address);
    }
  });
}

test('every IPv4 address hidden in an IPv6 one is refused, whatever the address is', () => {
  for (const hidden of ['7f00:1', 'a00:1', 'a9fe:a9fe', '808:808']) {
    for (const prefix of ['::ffff:', '::ffff:0:', '::', '64:ff9b::', '64:ff9b:1::', '2001:0:', '2002:']) {
      const address = prefix === '2002:' || prefix === '2001:0:' ? `${prefix}${hidden}::` : `${prefix}${hidden}`;
      assert.equal(mayConnect(address, { allowLoopback: true }), false, address);
    }
  }
});

test('the names of metadata servers are known in any case and with a final dot', () => {
  for (const name of ['metadata', 'metadata.google.internal', 'METADATA.Google.Internal.', 'metadata.goog']) {
    assert.equal(isMetadataName(name), true, name);
  }
  assert.equal(isMetadataName('metadata.example'), false);
});

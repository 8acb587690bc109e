import { describe, expect, it, test } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import { webhookTargets, type Resolve } from '../../config/webhook-targets.ts';

const publicAddress = { address: '93.184.215.14', family: 4 };
const publicNames: Resolve = async () => [publicAddress];
const strict = webhookTargets({ allowPrivate: false, resolve: publicNames });

const looked = (targets: ReturnType<typeof webhookTargets>, hostname: string, all = true) => {
  const { promise, resolve, reject } = Promise.withResolvers<string | LookupAddress[]>();
  targets.lookup(hostname, { all }, (error, found) => (error ? reject(error) : resolve(found)));
  return promise;
};

describe('a webhook may not call', () => {
  test.each([
    ['this machine', '127.0.0.1'],
    ['this machine, shortened', '127.1'],
    ['this machine, in hexadecimal', '0x7f.0.0.1'],
    ['this machine, in octal', '0177.0.0.1'],
    ['this machine, as one number', '2130706433'],
    ['this machine, in other digits', '①②⑦.0.0.1'],
    ['this machine, with a full stop', '127.0.0.1.'],
    ['this machine, as IPv6', '[::1]'],
    ['this machine, inside IPv6', '[::ffff:127.0.0.1]'],
    ['this machine, inside IPv6 in hexadecimal', '[::ffff:7f00:1]'],
    ['this machine, in the old IPv6 form', '[::127.0.0.1]'],
    ['this machine, translated', '[64:ff9b::7f00:1]'],
    ['this machine, through 6to4', '[2002:7f00:1::]'],
    ['no address', '0.0.0.0'],
    ['no IPv6 address', '[::]'],
    ['a private network', '10.1.2.3'],
    ['another private network', '172.31.255.255'],
    ['a third private network', '192.168.0.1'],
    ['a private network inside IPv6', '[::ffff:10.0.0.1]'],
    ['a carrier’s network', '100.64.0.1'],
    ['a metadata service', '169.254.169.254'],
    ['a metadata service in a carrier’s network', '100.100.100.200'],
    ['a metadata service with a public address', '168.63.129.16'],
    ['a metadata service as IPv6', '[fd00:ec2::254]'],
    ['a link-local address', '[fe80::1]'],
    ['a unique local address', '[fc00::1]'],
    ['a site-local address', '[fec0::1]'],
    ['a group', '224.0.0.1'],
    ['an IPv6 group', '[ff02::1]'],
    ['everybody', '255.255.255.255'],
    ['a reserved address', '240.0.0.1'],
    ['a documentation address', '[2001:db8::1]'],
    ['IPv6 that nobody was given', '[4000::1]'],
  ])('%s: %s', async (_, host) => {
    expect(await strict.brokenRule(`https://${host}/hook`)).toMatch('private, local or reserved');
    expect(() => strict.check(`https://${host}/hook`)).toThrow('private, local or reserved');
  });

  test.each([
    ['without encryption', 'http://crm.example/hook', 'must begin with https://'],
    ['a file', 'file:///etc/passwd', 'must begin with https://'],
    ['what is no URL', 'crm.example/hook', 'must be a URL'],
    ['with a password', 'https://u:p@crm.example/', 'user name or password'],
    ['a fragment', 'https://crm.example/#x', 'fragment'],
  ])('%s', async (_, url, rule) => {
    expect(await strict.brokenRule(url)).toMatch(rule);
    expect(() => strict.check(url)).toThrow(rule);
  });

  test('a name that leads to a private address, be it only one of several', async () => {
    const resolve: Resolve = async () => [publicAddress, { address: '::1', family: 6 }];
    const targets = webhookTargets({ allowPrivate: false, resolve });
    expect(await targets.brokenRule('https://crm.example/')).toMatch('private, local or reserved');
    await expect(looked(targets, 'crm.example')).rejects.toThrow('private, local or reserved');
  });

  test('a name that led to a public address before, and to a private one when it is called', async () => {
    const answers = [publicAddress, { address: '192.168.0.1', family: 4 }];
    const resolve: Resolve = async () => [answers.shift()!];
    const targets = webhookTargets({ allowPrivate: false, resolve });
    expect(await targets.brokenRule('https://crm.example/')).toBeNull();
    await expect(looked(targets, 'crm.example')).rejects.toThrow('private, local or reserved');
  });

  test('localhost, as this machine knows it', async () => {
    const targets = webhookTargets({ allowPrivate: false });
    expect(await targets.brokenRule('https://localhost/')).toMatch('private, local or reserved');
  });
});

describe('a webhook may call', () => {
  it('a public name, and gets the address that was checked', async () => {
    expect(await strict.brokenRule('https://crm.example/hook?for=winback')).toBeNull();
    expect(await looked(strict, 'crm.example')).toEqual([publicAddress]);
    expect(await looked(strict, 'crm.example', false)).toEqual(publicAddress.address);
  });

  it.each(['93.184.215.14', '[2606:2800:21f:cb07:6820:80da:af6b:8b2c]', '[::ffff:93.184.215.14]'])(
    'a public address: %s',
    async (host) => {
      expect(await strict.brokenRule(`https://${host}/`)).toBeNull();
    },
  );

  it('a name that cannot be found just now: whether it may is decided when it is called', async () => {
    const resolve: Resolve = async () => Promise.reject(new Error('getaddrinfo ENOTFOUND'));
    const targets = webhookTargets({ allowPrivate: false, resolve });
    expect(await targets.brokenRule('https://crm.example/')).toBeNull();
    await expect(looked(targets, 'crm.example')).rejects.toThrow('ENOTFOUND');
  });

  it('anything by http or https where the operator allows private addresses', async () => {
    const targets = webhookTargets({ allowPrivate: true });
    expect(await targets.brokenRule('http://127.0.0.1:3000/hook')).toBeNull();
    expect(await targets.brokenRule('ftp://127.0.0.1/')).toMatch('https:// or http://');
  });
});

import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadEnvironment } from '../../config/environment.ts';
import { DomainError } from '../../domain/errors.ts';

function refusal(env: Record<string, string>): DomainError {
  try {
    loadEnvironment(env);
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
    return error as DomainError;
  }
  throw new Error('accepted');
}

const secrets = [24, 64].map((bytes) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`);

describe('the environment', () => {
  test('has a default for everything but the admin key and the cluster', () => {
    expect(loadEnvironment({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataDir: resolve('.winback'),
      policySource: 'standard',
      logLevel: 'info',
      webhookSecrets: [],
      rateLimit: 6000,
      trustedProxies: 0,
      webhookAllowPrivate: false,
      publicUrl: 'http://127.0.0.1:3000',
      mail: {
        from: 'winback@localhost',
        sender: { company: 'winback', address: [], name: 'winback' },
      },
      report: { to: [], language: 'de' },
      temporal: { namespace: 'default', taskQueue: 'winback' },
    });
  });

  test('takes every setting, and makes the data folder absolute', () => {
    expect(
      loadEnvironment({
        PORT: '8080',
        HOST: '::1',
        WINBACK_DATA_DIR: 'some/folder',
        WINBACK_POLICY: 'policies/shop.json',
        WINBACK_ADMIN_KEY: 'k'.repeat(24),
        WINBACK_WEBHOOK_SECRET: ` ${secrets[0]}  ${secrets[1]}`,
        WINBACK_RATE_LIMIT: '10',
        WINBACK_TRUST_PROXY: '1',
        LOG_LEVEL: 'debug',
        TEMPORAL_ADDRESS: 'temporal.example.com:7233',
        TEMPORAL_NAMESPACE: 'winback.a1b2c',
        WINBACK_WEBHOOK_ALLOW_PRIVATE: 'true',
        WINBACK_PUBLIC_URL: 'https://winback.shop.example/app/',
        WINBACK_SMTP_URL: 'smtps://name:p%40ss@mail.example:465',
        WINBACK_MAIL_FROM: 'service@shop.example',
        WINBACK_COMPANY: 'Shop & Söhne',
        WINBACK_COMPANY_ADDRESS: 'Hauptstraße 1, 12345 Ort,',
        WINBACK_SIGNATURE: 'Eva Muster',
        WINBACK_REPORT_TO: 'boss@shop.example, owner@shop.example,, boss@shop.example',
        WINBACK_REPORT_LANGUAGE: 'en',
      }),
    ).toEqual({
      port: 8080,
      host: '::1',
      dataDir: resolve('some/folder'),
      policySource: 'policies/shop.json',
      logLevel: 'debug',
      adminKey: 'k'.repeat(24),
      webhookSecrets: secrets,
      rateLimit: 10,
      trustedProxies: 1,
      webhookAllowPrivate: true,
      publicUrl: 'https://winback.shop.example/app',
      mail: {
        smtpUrl: 'smtps://name:p%40ss@mail.example:465',
        from: 'service@shop.example',
        sender: {
          company: 'Shop & Söhne',
          address: ['Hauptstraße 1', '12345 Ort'],
          name: 'Eva Muster',
        },
      },
      report: { to: ['boss@shop.example', 'owner@shop.example'], language: 'en' },
      temporal: {
        address: 'temporal.example.com:7233',
        namespace: 'winback.a1b2c',
        taskQueue: 'winback',
      },
    });
  });

  test.each([
    'secret',
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    `${secrets.join(' ')} ${secrets[0]}`,
  ])('takes no webhook secret like %j', (text) => {
    expect(() => loadEnvironment({ WINBACK_WEBHOOK_SECRET: text })).toThrow(
      /WINBACK_WEBHOOK_SECRET must be one secret, or two/,
    );
  });

  test('treats an empty variable as unset', () => {
    const empty = { PORT: '', WINBACK_ADMIN_KEY: '', TEMPORAL_ADDRESS: '', LOG_LEVEL: '' };
    expect(loadEnvironment(empty)).toEqual(loadEnvironment({}));
  });

  test('sends mails by SMTP only with what readers of mails are owed', () => {
    const smtp = { WINBACK_SMTP_URL: 'smtp://mail.example' };
    const rule = 'is required with WINBACK_SMTP_URL';
    const owed = ['WINBACK_MAIL_FROM', 'WINBACK_COMPANY', 'WINBACK_PUBLIC_URL'];
    expect(refusal({ WINBACK_SMTP_URL: 'mail.example:25' }).message).toContain(
      'WINBACK_SMTP_URL must be smtp://name:password@host:port, or smtps://',
    );
    expect(refusal(smtp).fields).toEqual(owed.map((field) => ({ field, rule })));
  });

  test.each([
    ['PORT', '65536', 'must be a whole number from 1 to 65535'],
    ['PORT', '0x10', 'must be a whole number from 1 to 65535'],
    ['PORT', '-1', 'must be a whole number from 1 to 65535'],
    ['HOST', 'my host', 'must be a host name or an IP address'],
    ['WINBACK_ADMIN_KEY', 'k'.repeat(23), 'must have at least 24 characters, ASCII without spaces'],
    ['WINBACK_RATE_LIMIT', '0', 'must be a whole number from 1 to 100000000'],
    ['WINBACK_TRUST_PROXY', 'true', 'must be a whole number from 0 to 10'],
    ['WINBACK_REPORT_TO', 'boss@shop.example; x', 'must be mail addresses, separated by commas'],
    ['WINBACK_REPORT_LANGUAGE', 'fr', 'must be one of: de, en'],
    ['WINBACK_MAIL_FROM', 'Shop <a@shop.example>', 'must be a mail address'],
    ['WINBACK_PUBLIC_URL', 'shop.example', 'must begin with https:// or http://'],
    ['LOG_LEVEL', 'loud', 'must be one of: fatal, error, warn, info, debug, trace, silent'],
    [
      'TEMPORAL_ADDRESS',
      'https://temporal.example.com',
      'must be host:port, without a scheme like https://',
    ],
  ])('refuses %s=%s and says why', (variable, value, rule) => {
    const error = refusal({ [variable]: value });
    expect(error.message).toBe(`environment: ${variable} ${rule}`);
    expect(error.code).toBe('invalid');
    expect(error.fields).toEqual([{ field: variable, rule }]);
  });

  test('names all bad variables at once, but no value: one may be a key', () => {
    const { message } = refusal({ PORT: 'many', WINBACK_ADMIN_KEY: 'secret' });
    expect(message).toContain('PORT');
    expect(message).toContain('WINBACK_ADMIN_KEY');
    expect(message).not.toContain('secret');
  });

  test('takes a provider of OpenID Connect whole or not at all, and plain http on this machine alone', () => {
    const given = {
      WINBACK_OIDC_ISSUER: 'https://login.shop.example/realm',
      WINBACK_OIDC_CLIENT_ID: 'winback',
      WINBACK_OIDC_CLIENT_SECRET: 'secret',
    };
    const named = loadEnvironment({ ...given, WINBACK_OIDC_NAME: 'Shop account' });
    expect(named.openIdConnect).toEqual({
      issuer: 'https://login.shop.example/realm',
      clientId: 'winback',
      clientSecret: 'secret',
      name: 'Shop account',
    });
    expect(loadEnvironment(given).openIdConnect?.name).toBe('OpenID Connect');
    expect(refusal({ WINBACK_OIDC_CLIENT_ID: 'winback' }).fields.map(({ field }) => field)).toEqual(
      [...['WINBACK_OIDC_ISSUER', 'WINBACK_OIDC_CLIENT_SECRET']],
    );
    for (const [issuer, isTaken] of [
      ['http://127.0.0.1:4000', true],
      ['http://localhost:4000', true],
      ['http://[::1]:4000', true],
      ['http://login.shop.example', false],
      ['http://127.evil.example', false],
      ['login.shop.example', false],
    ] as const) {
      const settings = { ...given, WINBACK_OIDC_ISSUER: issuer };
      if (isTaken) expect(loadEnvironment(settings).openIdConnect?.issuer).toBe(issuer);
      else expect(refusal(settings).fields).toMatchObject([{ field: 'WINBACK_OIDC_ISSUER' }]);
    }
  });
});

import { resolve } from 'node:path';
import { z } from 'zod';
import { languages, type Language, type Sender } from '../domain/mails.ts';
import { mailAddress } from './fields.ts';
import { validated } from './validate.ts';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** What this process was told by its environment variables. */
export type Environment = {
  port: number;
  host: string;
  /** absolute path of the folder with all local state */
  dataDir: string;
  /** `standard`, `demo` or the path of a JSON file, for `loadPolicy` */
  policySource: string;
  logLevel: (typeof logLevels)[number];
  adminKey?: string;
  /** with which a sales system signs its events: none, one, or two while it goes over from one to the other */
  webhookSecrets: string[];
  /** requests per minute and key */
  rateLimit: number;
  /** proxies in front of the API, each of which says for whom it asks */
  trustedProxies: number;
  /** where others reach the API, without a slash at its end */
  publicUrl: string;
  mail: {
    /** without it mails become files */
    smtpUrl?: string;
    from: string;
    sender: Sender;
  };
  /** with whom people can sign in beside a password */
  openIdConnect?: { issuer: string; clientId: string; clientSecret: string; name: string };
  /** to whom the monthly report goes; nobody: it is not sent */
  report: { to: string[]; language: Language };
  /** webhooks may call any address, and by plain http */
  webhookAllowPrivate: boolean;
  temporal: {
    /** of the cluster to use; without it the embedded server is used */
    address?: string;
    namespace: string;
    /** of Temporal's own pages */
    uiUrl?: string;
    taskQueue: string;
  };
};

const text = (rule: string) => z.string().regex(/^\S+$/, rule);
const wholeNumber = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}`;
  // Not coerced by JavaScript's rules, which take '0x10' and '1e3' for numbers.
  return z
    .string()
    .regex(/^\d{1,9}$/, rule)
    .transform(Number)
    .refine((value) => value >= least && value <= most, rule);
};

const webhookSecretRule =
  'must be one secret, or two separated by a space: whsec_ and 24 to 64 bytes in base64';
const isWebhookSecret = (text: string) => {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (encoded === undefined || encoded.length % 4 !== 0) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= 24 && length <= 64;
};

/** What mails to real people cannot do without. */
const neededForMail = ['WINBACK_MAIL_FROM', 'WINBACK_COMPANY', 'WINBACK_PUBLIC_URL'] as const;

/** All of them, or none. */
const neededForOpenId = [
  'WINBACK_OIDC_ISSUER',
  'WINBACK_OIDC_CLIENT_ID',
  'WINBACK_OIDC_CLIENT_SECRET',
] as const;

const variables = z.object({
  PORT: wholeNumber(1, 65_535).default(3_000),
  HOST: text('must be a host name or an IP address').default('127.0.0.1'),
  WINBACK_DATA_DIR: z.string().default('.winback'),
  WINBACK_POLICY: z.string().default('standard'),
  WINBACK_ADMIN_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{24,}$/, 'must have at least 24 characters, ASCII without spaces')
    .exactOptional(),
  WINBACK_WEBHOOK_SECRET: z
    .string()
    .trim()
    .transform((text) => text.split(/\s+/))
    .refine((secrets) => secrets.length <= 2 && secrets.every(isWebhookSecret), webhookSecretRule)
    .default([]),
  WINBACK_RATE_LIMIT: wholeNumber(1, 100_000_000).default(6_000),
  WINBACK_TRUST_PROXY: wholeNumber(0, 10).default(0),
  WINBACK_WEBHOOK_ALLOW_PRIVATE: z
    .enum(['true', 'false'], 'must be true or false')
    .default('false'),
  WINBACK_PUBLIC_URL: z
    .string()
    .regex(/^https?:\/\/[^\s?#]+$/, 'must begin with https:// or http://')
    .transform((url) => url.replace(/\/+$/, ''))
    .exactOptional(),
  WINBACK_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, 'must be smtp://name:password@host:port, or smtps://')
    .refine(
      (url) => URL.canParse(url),
      'must be an address, with what is special in a password percent-encoded',
    )
    .exactOptional(),
  WINBACK_MAIL_FROM: mailAddress.exactOptional(),
  WINBACK_COMPANY: z.string().trim().max(100, 'must have at most 100 characters').exactOptional(),
  WINBACK_COMPANY_ADDRESS: z
    .string()
    .transform((text) => text.split(',').flatMap((line) => line.trim() || []))
    .refine((lines) => lines.length <= 4, 'must have at most 4 parts, separated by commas')
    .default([]),
  WINBACK_SIGNATURE: z.string().trim().max(100, 'must have at most 100 characters').exactOptional(),
  WINBACK_OIDC_ISSUER: z
    .string()
    .refine(
      (url) => URL.canParse(url) && isIssuer(new URL(url)),
      'must begin with https://, or for one on this machine with http://',
    )
    .exactOptional(),
  WINBACK_OIDC_CLIENT_ID: z.string().exactOptional(),
  WINBACK_OIDC_CLIENT_SECRET: z.string().exactOptional(),
  WINBACK_OIDC_NAME: z.string().trim().max(50, 'must have at most 50 characters').exactOptional(),
  WINBACK_REPORT_TO: z
    .string()
    .transform((text) => [...new Set(text.split(',').flatMap((one) => one.trim() || []))])
    .refine(
      (addresses) => addresses.every((one) => mailAddress.safeParse(one).success),
      'must be mail addresses, separated by commas',
    )
    .refine((addresses) => addresses.length <= 20, 'must have at most 20 addresses')
    .default([]),
  WINBACK_REPORT_LANGUAGE: z
    .enum(languages, `must be one of: ${languages.join(', ')}`)
    .default('de'),
  LOG_LEVEL: z.enum(logLevels, `must be one of: ${logLevels.join(', ')}`).default('info'),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s/]+$/, 'must be host:port, without a scheme like https://')
    .exactOptional(),
  WINBACK_TEMPORAL_UI_URL: z
    .string()
    .regex(/^https?:\/\/[^\s?#]+$/, 'must begin with https:// or http://')
    .transform((url) => url.replace(/\/+$/, ''))
    .exactOptional(),
  TEMPORAL_NAMESPACE: text('must be the name of a namespace').default('default'),
});

const checked = variables.superRefine((settings, context) => {
  const missing = (names: readonly (keyof typeof settings)[], message: string) => {
    for (const name of names.filter((one) => settings[one] === undefined)) {
      context.addIssue({ code: 'custom', path: [name], message, input: settings });
    }
  };
  if (settings.WINBACK_SMTP_URL) missing(neededForMail, 'is required with WINBACK_SMTP_URL');
  if (neededForOpenId.some((name) => settings[name] !== undefined)) {
    missing(neededForOpenId, 'is required with the other settings of OpenID Connect');
  }
});

/** Plain http cannot be listened to on this machine alone. */
function isIssuer({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127([.]\d+){3}$/.test(hostname);
}

/**
 * The settings of this process. A variable that is set but empty counts as unset.
 * @throws DomainError `invalid` that names each bad variable and its rule
 */
export function loadEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value));
  const settings = validated(checked, given, 'environment');
  return {
    port: settings.PORT,
    host: settings.HOST,
    dataDir: resolve(settings.WINBACK_DATA_DIR),
    policySource: settings.WINBACK_POLICY,
    logLevel: settings.LOG_LEVEL,
    ...(settings.WINBACK_ADMIN_KEY && { adminKey: settings.WINBACK_ADMIN_KEY }),
    webhookSecrets: settings.WINBACK_WEBHOOK_SECRET,
    rateLimit: settings.WINBACK_RATE_LIMIT,
    trustedProxies: settings.WINBACK_TRUST_PROXY,
    publicUrl: settings.WINBACK_PUBLIC_URL ?? urlOf({ host: settings.HOST, port: settings.PORT }),
    mail: {
      ...(settings.WINBACK_SMTP_URL && { smtpUrl: settings.WINBACK_SMTP_URL }),
      from: settings.WINBACK_MAIL_FROM ?? 'winback@localhost',
      sender: {
        company: settings.WINBACK_COMPANY ?? 'winback',
        address: settings.WINBACK_COMPANY_ADDRESS,
        name: settings.WINBACK_SIGNATURE ?? settings.WINBACK_COMPANY ?? 'winback',
      },
    },
    ...(settings.WINBACK_OIDC_ISSUER && {
      openIdConnect: {
        issuer: settings.WINBACK_OIDC_ISSUER,
        clientId: settings.WINBACK_OIDC_CLIENT_ID!,
        clientSecret: settings.WINBACK_OIDC_CLIENT_SECRET!,
        name: settings.WINBACK_OIDC_NAME ?? 'OpenID Connect',
      },
    }),
    report: { to: settings.WINBACK_REPORT_TO, language: settings.WINBACK_REPORT_LANGUAGE },
    webhookAllowPrivate: settings.WINBACK_WEBHOOK_ALLOW_PRIVATE === 'true',
    temporal: {
      ...(settings.TEMPORAL_ADDRESS && { address: settings.TEMPORAL_ADDRESS }),
      namespace: settings.TEMPORAL_NAMESPACE,
      ...(settings.WINBACK_TEMPORAL_UI_URL && { uiUrl: settings.WINBACK_TEMPORAL_UI_URL }),
      taskQueue: 'winback',
    },
  };
}

/** Where the API of these settings answers; an IPv6 address stands in brackets. */
export function urlOf({ host, port }: Pick<Environment, 'host' | 'port'>): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

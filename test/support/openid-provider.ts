import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

type Account = { email: string; email_verified: boolean };

/** A real provider of OpenID Connect on loopback, at which anybody signs in with a name alone. */
export type RunningProvider = {
  issuer: string;
  /** who they are, by the names with which they sign in */
  accounts: Record<string, Account>;
  /** Signs in at the page where somebody was sent to; returns where they are sent back to. */
  signIn(url: string, name: string): Promise<URL>;
  stop(): Promise<void>;
};

export const clientOfTests = { clientId: 'winback', clientSecret: 'a secret of the tests' };

export async function startOpenIdProvider(redirectUri: string, port = 0): Promise<RunningProvider> {
  const server = createServer();
  server.listen({ host: '127.0.0.1', port });
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts: RunningProvider['accounts'] = {};
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientOfTests.clientId,
        client_secret: clientOfTests.clientSecret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['of the tests'] },
    findAccount: (_context, sub) =>
      accounts[sub] && { accountId: sub, claims: () => ({ sub, ...accounts[sub] }) },
  });
  server.on('request', (req, res) => void provider.callback()(req, res));

  const signIn: RunningProvider['signIn'] = async (url, name) => {
    const cookies = new Map<string, string>();
    const visit = async (address: string, form?: Record<string, string>) => {
      const answer = await fetch(address, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map((one) => one.join('=')).join('; ') },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
      for (const one of answer.headers.getSetCookie()) {
        const [, key, value] = /^([^=]+)=([^;]*)/.exec(one)!;
        cookies.set(key!, value!);
      }
      return answer;
    };
    for (let address = url; ;) {
      let answer = await visit(address);
      if (answer.status === 200) {
        const prompt = /name="prompt" value="(\w+)"/.exec(await answer.text())![1]!;
        answer = await visit(address, { prompt, login: name, password: 'any' });
      }
      const next = new URL(answer.headers.get('location')!, address);
      if (next.href.startsWith(redirectUri)) return next;
      address = next.href;
    }
  };
  return {
    issuer,
    accounts,
    signIn,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

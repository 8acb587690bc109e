import * as client from 'openid-client';
import type { Environment } from '../config/environment.ts';
import { normalisedEmail } from '../domain/users.ts';

type OpenIdSettings = NonNullable<Environment['openIdConnect']>;

/** What must come back with somebody who was sent to the provider. */
export type OpenIdChecks = { state: string; nonce: string; verifier: string };

/** Somebody as the provider knows them. */
export type OpenIdPerson = {
  issuer: string;
  subject: string;
  /** only one that the provider has verified */
  email: string | null;
};

export type OpenIdProvider = {
  name: string;
  /** where to send somebody, and what must come back */
  begin(): Promise<{ url: string; checks: OpenIdChecks }>;
  /**
   * @param search of the address that they came back to
   * @throws Error unless the provider vouches for them
   */
  finish(search: string, checks: OpenIdChecks): Promise<OpenIdPerson>;
};

const answersWithinSeconds = 10;

/** The code flow with PKCE, state and nonce; what the provider says of itself is asked for at the first use. */
export function openIdProvider(
  { issuer, clientId, clientSecret, name }: OpenIdSettings,
  { publicUrl }: { publicUrl: string },
): OpenIdProvider {
  const callback = `${publicUrl}/api/v1/openid/callback`;
  let known: Promise<client.Configuration> | undefined;
  const discovered = async () => {
    const execute = [client.enableNonRepudiationChecks];
    // The environment takes plain http for one on this machine alone.
    if (issuer.startsWith('http:')) execute.push(client.allowInsecureRequests);
    const options = { execute, timeout: answersWithinSeconds };
    known ??= client.discovery(new URL(issuer), clientId, clientSecret, undefined, options);
    try {
      return await known;
    } catch (error) {
      known = undefined;
      throw error;
    }
  };
  return {
    name,
    async begin() {
      const config = await discovered();
      const verifier = client.randomPKCECodeVerifier();
      const checks = { state: client.randomState(), nonce: client.randomNonce(), verifier };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: 'openid email profile',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: checks.state,
        nonce: checks.nonce,
      });
      return { url: url.href, checks };
    },
    async finish(search, { state, nonce, verifier }) {
      const config = await discovered();
      const tokens = await client.authorizationCodeGrant(config, new URL(`${callback}${search}`), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      const { sub } = claims;
      // Many say so little in the token itself.
      const person =
        claims['email'] === undefined && config.serverMetadata().userinfo_endpoint
          ? await client.fetchUserInfo(config, tokens.access_token, sub)
          : claims;
      const { email, email_verified: isVerified } = person;
      return {
        issuer: claims.iss,
        subject: sub,
        email: typeof email === 'string' && isVerified === true ? normalisedEmail(email) : null,
      };
    },
  };
}

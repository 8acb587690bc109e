import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import type { Environment } from './config/environment.ts';
import { embeddedAddress } from './temporal/embedded.ts';

/** How long Temporal itself remembers closed cases; what must last is in our database. */
export const retentionDays = 30;

/** Registered at boot; the names must be those of workflows/search-attributes.ts. */
export const searchAttributeTypes = {
  WinbackStep: 'Keyword',
  WinbackTrigger: 'Keyword',
  WinbackTier: 'Keyword',
  WinbackCause: 'Keyword',
  WinbackTeam: 'Keyword',
} as const;

/**
 * Where Temporal is: with TEMPORAL_ADDRESS that cluster, with everything Temporal's standard variables and profiles
 * say (TLS, API key, headers); without it the embedded server of the data folder.
 * @throws Error when neither is there
 */
export async function temporalConnectionOptions(
  environment: Environment,
): Promise<ClientConnectConfig['connectionOptions']> {
  if (environment.temporal.address) return loadClientConnectConfig().connectionOptions;
  const address = await embeddedAddress(environment.dataDir);
  if (!address) {
    throw new Error(
      `No Temporal server was ever started in ${environment.dataDir}: run "npm start", or set TEMPORAL_ADDRESS`,
    );
  }
  return { address };
}

/** A client that connects at its first call, so that a process starts while Temporal is away. */
export async function connectTemporal(
  environment: Environment,
): Promise<{ connection: Connection; client: Client }> {
  const connection = Connection.lazy({
    ...(await temporalConnectionOptions(environment)),
    // Back within seconds when the server is; gRPC's own patience grows to two minutes.
    channelArgs: { 'grpc.max_reconnect_backoff_ms': 2_000 },
  });
  const client = new Client({ connection, namespace: environment.temporal.namespace });
  return { connection, client };
}

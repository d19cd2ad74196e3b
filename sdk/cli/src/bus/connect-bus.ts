import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { messageOf } from '@picket/sdk';
import type { Arguments } from '../command.ts';
import type { CliConfig } from '../config.ts';
import { CliError } from '../errors.ts';
import { readRunFile } from '../run-file.ts';

/** Whose key the command uses: each may do only what its role may. */
export type BusRole = 'subscriber' | 'control-plane';

/** Options of the commands that use the bus. */
export const BUS_OPTIONS = { nats: { type: 'string' }, seed: { type: 'string' } } as const;
export const BUS_USAGE = '[--nats URL] [--seed FILE]';

/**
 * Connects to the bus named by the options, the environment, or the Picket that runs on this machine.
 * @throws CliError NOT_RUNNING, FILE_UNREADABLE, BUS_UNAVAILABLE, BUS_REFUSED
 */
export async function connectBus(config: CliConfig, args: Arguments, role: BusRole): Promise<NatsConnection> {
  const url = args.text.nats ?? config.natsUrl ?? readRunFile(config.data)?.nats;
  if (url === undefined)
    throw new CliError('NOT_RUNNING', 'Picket does not run here: npm start, or name a bus with --nats URL --seed FILE');
  const seedFile = args.text.seed ?? config.seedFile ?? join(config.data, 'credentials', `${role}.nk`);
  try {
    return await connect({
      servers: url,
      authenticator: nkeyAuthenticator(readSeed(seedFile)),
      inboxPrefix: `_INBOX_${role}`,
      name: `picket ${role}`,
      maxReconnectAttempts: -1,
      timeout: 5000,
    });
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const refused = /authorization|nkey|seed/i.test(messageOf(cause));
    const what = refused ? `the bus at ${url} refuses the key in ${seedFile}` : `the bus at ${url} can not be reached`;
    throw new CliError(refused ? 'BUS_REFUSED' : 'BUS_UNAVAILABLE', `${what}: ${messageOf(cause)}`, { cause });
  }
}

function readSeed(file: string): Uint8Array {
  try {
    return new TextEncoder().encode(readFileSync(file, 'utf8').trim());
  } catch (cause) {
    const why = `the key of the bus can not be read (${messageOf(cause)})`;
    throw new CliError('FILE_UNREADABLE', `${why}: name the seed file with --seed`, { cause });
  }
}

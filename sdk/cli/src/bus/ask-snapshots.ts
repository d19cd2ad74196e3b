import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import { commandSubject, EVENT_STREAM } from '@picket/sdk';
import type { Arguments } from '../command.ts';
import type { CliConfig } from '../config.ts';
import { connectBus } from './connect-bus.ts';

const ANSWER_MS = 10_000;
const STREAM_NOT_FOUND = 10059;

/** Tokens of the nodes that the event stream holds batches of. A subscriber may ask for that. */
export async function nodesInStream(connection: NatsConnection): Promise<string[]> {
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const { state } = await manager.streams.info(EVENT_STREAM, { subjects_filter: 'picket.events.>' });
    return Object.keys(state.subjects ?? {}).map((subject) => subject.split('.').at(-1) ?? '');
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return [];
    throw error;
  }
}

/**
 * A connection that may speak to agents: with the key named by --control-seed, or that of the Picket on this machine.
 * @returns undefined when there is no such key
 * @throws CliError as `connectBus`
 */
export async function connectToAgents(config: CliConfig, args: Arguments): Promise<NatsConnection | undefined> {
  const own = join(config.data, 'credentials', 'control-plane.nk');
  const seed = args.text['control-seed'] ?? (args.text.seed === undefined && existsSync(own) ? own : undefined);
  if (seed === undefined) return undefined;
  return connectBus(config, { ...args, text: { ...args.text, seed } }, 'control-plane');
}

/**
 * Asks an agent to state its containers and processes.
 * @returns how many containers it states; `away` when no agent listens, which states everything when it starts;
 *   `unanswered` when nobody can say
 */
export async function askSnapshot(connection: NatsConnection, token: string): Promise<number | 'away' | 'unanswered'> {
  try {
    const answer = await connection.request(commandSubject(token), '{"command":"snapshot"}', { timeout: ANSWER_MS });
    const { ok, containers } = answer.json<{ ok?: unknown; containers?: unknown }>();
    return ok === true && typeof containers === 'number' ? containers : 'unanswered';
  } catch (error) {
    const nobody = error instanceof errors.RequestError && error.isNoResponders();
    return nobody ? 'away' : 'unanswered';
  }
}

import { rename, writeFile } from 'node:fs/promises';
import { nodeToken } from '@picket/sdk';
import type { Credentials } from './credentials.ts';
import { NatsServerError } from './errors.ts';
import { permissionsOf, ROLES } from './permissions.ts';

export interface NatsConfigOptions {
  /** TCP port on 127.0.0.1. */
  readonly port: number;
  /** Folder of the JetStream file store. */
  readonly storeFolder: string;
  readonly pidFile: string;
  /** Names of the nodes whose agents may publish with the agent key. */
  readonly nodes: readonly string[];
  /** Most that JetStream may keep on disk, in bytes. */
  readonly maxStoreBytes: number;
}

/** Largest message: a batch of the largest size fits. */
export const MAX_PAYLOAD = 8 * 1024 * 1024;

/** Text of the `authorization` block: one nkey user a role, nobody else, no default user. */
export async function authorizationBlock(credentials: Credentials, nodes: readonly string[]): Promise<string> {
  const tokens = await Promise.all(nodes.map(nodeToken));
  const users = ROLES.map((role) => ({ nkey: credentials[role].publicKey, permissions: permissionsOf(role, tokens) }));
  return `authorization: ${JSON.stringify({ timeout: 5, users }, null, 2)}\n`;
}

/** Text of the configuration of a server on this machine. JSON values are valid in the NATS configuration language. */
export async function natsConfig(credentials: Credentials, options: NatsConfigOptions): Promise<string> {
  return `# Written at every start of Picket. Changes here are lost.
listen: "127.0.0.1:${options.port}"
server_name: "picket"
pid_file: ${quoted(options.pidFile)}
max_payload: ${MAX_PAYLOAD}
max_pending: ${64 * 1024 * 1024}
write_deadline: "10s"
jetstream: ${JSON.stringify({ max_mem: 16 * 1024 * 1024, max_file: options.maxStoreBytes })
    .slice(0, -1)
    .concat(`,"store_dir":${quoted(options.storeFolder)}}`)}
${await authorizationBlock(credentials, options.nodes)}`;
}

/** Writes the configuration so that a reader finds the old file or the new one, never a part. Mode 0600. */
export async function writeNatsConfig(file: string, text: string): Promise<void> {
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, text, { mode: 0o600 });
  await rename(fresh, file);
}

/** A path as the configuration reads it back: its strings know fewer escapes than JSON. */
function quoted(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/["\\\u0000-\u001f]/.test(path))
    throw new NatsServerError(
      'NATS_CONFIG_INVALID',
      `the data folder ${JSON.stringify(path)} has a quote, backslash or control character: choose another with PICKET_DATA`,
    );
  return `"${path}"`;
}

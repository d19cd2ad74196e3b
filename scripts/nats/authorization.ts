import { parseArgs } from 'node:util';
import { messageOf } from '@picket/sdk';
import { ensureCredentials } from './credentials.ts';
import { authorizationBlock } from './nats-config.ts';

// Prints the authorization block of a NATS server that is not started by Picket. See deploy/nats/README.md.

const USAGE = 'usage: node scripts/nats/authorization.ts --keys FOLDER NODE...\n';

try {
  const { values, positionals } = parseArgs({ options: { keys: { type: 'string' } }, allowPositionals: true });
  if (!values.keys || positionals.length === 0) throw new Error('name the folder of the keys and at least one node');
  process.stdout.write(await authorizationBlock(await ensureCredentials(values.keys), positionals));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n${USAGE}`);
  process.exitCode = 2;
}

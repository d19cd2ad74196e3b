import { once } from 'node:events';
import { createServer } from 'node:net';
import { ScriptError } from '../errors.ts';
import { freePort } from '../nats/free-port.ts';

const DEFAULT = { host: '127.0.0.1', port: 8686 };

/** Where the API will listen. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * The address asked for, or the usual one, or a free port when something else has the usual one.
 * @param asked PICKET_LISTEN, host:port
 * @throws ScriptError CONFIG_INVALID when it is no address, SERVICE_FAILED when the one asked for is in use
 */
export async function chooseListen(asked: string | undefined): Promise<ListenAddress> {
  if (asked === undefined) return (await isFree(DEFAULT)) ? DEFAULT : { host: DEFAULT.host, port: await freePort() };
  const [, host = '', text = ''] = /^(.+):(\d{1,5})$/.exec(asked) ?? [];
  const port = Number(text);
  if (host === '' || port > 65_535)
    throw new ScriptError(
      'CONFIG_INVALID',
      `PICKET_LISTEN must be host:port, for example 127.0.0.1:8686, not ${asked}`,
    );
  if (port === 0) return { host, port: await freePort() };
  if (await isFree({ host, port })) return { host, port };
  throw new ScriptError('SERVICE_FAILED', `${asked} is in use or not an address of this machine: change PICKET_LISTEN`);
}

/** The URL at which this machine reaches what listens there. */
export function reachableUrl({ host, port }: ListenAddress): string {
  const own = ['0.0.0.0', '[::]', '*'].includes(host) ? '127.0.0.1' : host;
  return `http://${own}:${port}`;
}

async function isFree({ host, port }: ListenAddress): Promise<boolean> {
  const server = createServer();
  server.listen(port, host.replace(/^\[(.*)\]$/, '$1'));
  try {
    await once(server, 'listening');
  } catch {
    // Whatever the reason, nothing of ours could listen there.
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

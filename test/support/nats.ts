import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchNats, type NatsServer } from '../../scripts/nats/launch.ts';
import type { Role } from '../../scripts/nats/permissions.ts';

export interface TestNatsOptions {
  /** Names of the nodes whose agents may publish with the agent key; this host when left out. */
  readonly nodes?: readonly string[];
}

/** A real nats-server of a test, in a folder of its own. */
export interface TestNats {
  readonly url: string;
  readonly port: number;
  /** nkey seeds, as `nkeyAuthenticator` takes them. */
  readonly seeds: Readonly<Record<Role, Uint8Array>>;
  /** The files that hold them. */
  readonly seedFiles: Readonly<Record<Role, string>>;
  /** Data folder: `nats/` and `credentials/` lie in it. */
  readonly folder: string;
  readonly pid: number;
  /** Ends the server with SIGKILL; its data stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data; ends it in order first when it still runs. */
  restart(): Promise<void>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

/** Starts nats-server with the keys and permissions of a real installation. Call `stop` at the end of the test. */
export async function startNats(options: TestNatsOptions = {}): Promise<TestNats> {
  const folder = await mkdtemp(join(tmpdir(), 'picket-nats-'));
  const nodes = options.nodes ?? [hostname()];
  let server: NatsServer | undefined = await launchNats({ data: folder, nodes });
  const { url, port, credentials } = server;
  // A test that is cut short must not leave a server behind.
  const lastResort = () => {
    if (server) process.kill(server.pid, 'SIGKILL');
  };
  process.once('exit', lastResort);
  const end = async (how: 'stop' | 'kill') => {
    const running = server;
    server = undefined;
    await running?.[how]();
  };
  const of = <T>(take: (role: Role) => T) =>
    ({ agent: take('agent'), 'control-plane': take('control-plane'), subscriber: take('subscriber') }) as const;
  return {
    url,
    port,
    folder,
    seeds: of((role) => credentials[role].seed),
    seedFiles: of((role) => credentials[role].seedFile),
    get pid() {
      return server?.pid ?? 0;
    },
    kill: () => end('kill'),
    async restart() {
      await end('stop');
      server = await launchNats({ data: folder, nodes, port });
    },
    async stop() {
      process.removeListener('exit', lastResort);
      await end('kill');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

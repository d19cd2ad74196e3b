import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** A private PostgreSQL server for tests, on a unix socket in a temporary folder. */
export interface TestPostgres {
  /** Makes an empty database; answers with its URL. */
  createDatabase(): Promise<string>;
  /** Ends every connection, as a restart of the server would. */
  dropConnections(): Promise<void>;
  stop(): Promise<void>;
}

/** The folder of the newest installed server; undefined without one. */
export function findPostgres(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).toSorted((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
}

export async function startPostgres(bin: string): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'picket-pg-'));
  const user = serverUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const init = ['-D', data, '-U', 'picket', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  execFileSync(join(bin, 'initdb'), init, { ...user, cwd: folder, stdio: 'pipe' });
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off', 'max_connections=60'];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const server = spawn(join(bin, 'postgres'), args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const end = () => server.kill('SIGKILL');
  process.once('exit', end);
  const url = (database: string) => `postgres://picket@/${database}?host=${encodeURIComponent(folder)}`;
  const admin = await firstConnection(server, url('postgres'));
  let databases = 0;
  return {
    createDatabase: async () => {
      const name = `t${++databases}`;
      await admin.query(`create database ${name}`);
      return url(name);
    },
    dropConnections: async () => {
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()');
    },
    stop: async () => {
      await admin.end();
      await stopServer(server);
      process.off('exit', end);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: then as the user of the Debian package. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function firstConnection(server: ChildProcess, url: string): Promise<pg.Client> {
  let said = '';
  server.stderr?.on('data', (data: Buffer) => {
    said += data.toString();
  });
  for (let attempt = 0; attempt < 100 && server.exitCode === null; attempt++) {
    const client = new pg.Client(url);
    // Ends when the server is stopped with a connection left open; nobody waits for it then.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch {
      // Not ready: it creates its socket a moment after the start.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  server.kill('SIGKILL');
  throw new Error(`PostgreSQL did not start: ${said}`);
}

/** SIGINT is its fast shutdown: it does not wait for clients. */
async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGINT');
  await ended;
}

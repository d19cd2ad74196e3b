import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ContainerOptions, startContainer, type TestContainer } from './container.ts';

// Real containers: all this is only worth something when runc agrees with it.

const started: TestContainer[] = [];
afterEach(async () => {
  for (const container of started.splice(0)) await container.remove();
});

async function start(options: Partial<ContainerOptions> = {}): Promise<TestContainer> {
  const container = await startContainer({ name: 'sleeper', args: ['sleep', '1000'], ...options });
  started.push(container);
  return container;
}

/** Every trace of a container on the host. */
function traces(id: string): string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(id));
  const cgroups = globSync(['/sys/fs/cgroup/*', '/sys/fs/cgroup/*/*']).filter((path) => path.endsWith(id));
  const files = readdirSync(tmpdir()).filter((name) => name.startsWith(id));
  return [...mounts, ...cgroups, ...files, ...(existsSync(`/run/runc/${id}`) ? [`/run/runc/${id}`] : [])];
}

describe('startContainer', () => {
  it('runs a process in a cgroup of its own whose id it knows', async () => {
    const container = await start();
    expect(readFileSync(`/proc/${container.pid}/comm`, 'utf8')).toBe('sleep\n');
    expect(container.cgroupPath).toBe(`/${container.id}`);
    expect(container.cgroupId).toBeGreaterThan(1n);
    const other = await start();
    expect(other.cgroupId).not.toBe(container.cgroupId);
  });

  it('runs programs with arguments, environment, folder and input, and gives their outcome', async () => {
    const container = await start({ env: ['GIVEN=1'] });
    const script = 'pwd; echo "$A $GIVEN"; cat; echo wrong >&2; exit 7';
    const result = await container.exec(['sh', '-c', script], { env: ["A=it's b"], cwd: '/tmp', input: 'fed\n' });
    expect(result).toEqual({ code: 7, stdout: "/tmp\nit's b 1\nfed\n", stderr: 'wrong\n' });
  });

  it('gives a terminal where it is asked for, and none elsewhere', async () => {
    const container = await start();
    const shown = await container.exec(['sh'], { tty: true, input: 'tty\nexit 3\n' });
    expect(shown.stdout).toContain('/dev/pts/0');
    expect(shown.code).toBe(3);
    expect((await container.exec(['tty'])).stdout).toBe('not a tty\n');
  });

  it('can give the entrypoint a terminal', async () => {
    const container = await start({ args: ['sh'], tty: true });
    const stat = readFileSync(`/proc/${container.pid}/stat`, 'utf8');
    expect(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[4])).toBeGreaterThan(0);
  });

  it('keeps changes in the upper layer of an overlay', async () => {
    const container = await start();
    await container.exec(['sh', '-c', 'cp /bin/busybox /usr/local/bin/busybox-new && /usr/local/bin/busybox-new true']);
    const upper = join(container.rootfs, '../upper/usr/local/bin');
    expect(readdirSync(upper)).toEqual(['busybox-new']);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toContain(`${container.rootfs} `);
  });

  it('has a server that runs commands, and a runner of programs without files', async () => {
    const container = await start({ args: ['nginx', '8080'] });
    const get = (path: string) => container.exec(['wget', '-q', '-O-', `http://127.0.0.1:8080${path}`]);
    await expect.poll(async () => (await get('/')).stdout).toBe('welcome\n');
    expect((await get('/run?echo+%24PPID%3B+cat+/proc/1/comm')).stdout).toBe('1\nnginx\n');
    const run = await container.exec(['memory-run', '/bin/busybox', 'readlink', '/proc/self/exe']);
    expect(run.stdout).toBe('/memfd:payload (deleted)\n');
  });

  it('can be given an address that then refuses connections at once', async () => {
    const container = await start();
    await container.addAddress('169.254.169.254');
    const { stderr } = await container.exec(['wget', '-q', '-O-', 'http://169.254.169.254/']);
    expect(stderr).toMatch(/refused/);
  });

  it('shows what the entrypoint prints', async () => {
    const container = await start({ args: ['sh', '-c', 'echo hello; sleep 1000'] });
    await expect.poll(() => container.output()).toBe('hello\n');
  });

  it('leaves no trace behind, also after a kill and when removed twice', async () => {
    const container = await start();
    expect(traces(container.id)).not.toEqual([]);
    await container.kill();
    expect(existsSync(`/proc/${container.pid}/root/bin`)).toBe(false);
    await container.remove();
    await container.remove();
    expect(traces(container.id)).toEqual([]);
  });

  it('leaves no trace of one that can not be started, and says why', async () => {
    const cause = await startContainer({ name: 'x', args: ['/no/such/program'] }).catch((error: Error) => error);
    expect(String(cause)).toMatch(/no such file or directory/);
    expect(traces(/picket-[0-9a-f]{12}/.exec(String(cause))?.[0] ?? 'the id is missing')).toEqual([]);
  });
});

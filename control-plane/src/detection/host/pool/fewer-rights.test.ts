import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../testing/run-one-host.ts', import.meta.url));
const AS_NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
/** No namespace may be made, and there is no capability left: as in many containers. */
const AS_IN_A_CONTAINER = [
  ...['unshare', '-Ur', 'sh', '-c', 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', 'sh'],
  ...['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--'],
];

async function run([command = '', ...args]: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(command, [...args, process.execPath, SCRIPT]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe.runIf(process.getuid?.() === 0)('a control plane with fewer rights', () => {
  it('that is an ordinary user has everything but another uid', async () => {
    const { findings, confinement, missing } = await run(AS_NOBODY);
    expect({ findings, missing }).toEqual({ findings: 1, missing: ['uid'] });
    expect(confinement).toEqual(expect.arrayContaining(['user', 'network', 'root', 'landlock', 'seccomp']));
  });

  it('that may not make namespaces still has the filter', async () => {
    const { findings, confinement, missing } = await run(AS_IN_A_CONTAINER);
    expect({ findings, missing }).toEqual({ findings: 1, missing: ['uid', 'network', 'ipc', 'hostname', 'mounts'] });
    expect(confinement).toEqual(expect.arrayContaining(['no_new_privs', 'landlock', 'seccomp']));
  });
});

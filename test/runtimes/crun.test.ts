import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect } from 'vitest';
import { CREDENTIALS } from '../attacks/deeds/credentials.ts';
import { type Bundle, makeBundle } from '../support/container/bundle.ts';
import { removeCgroup } from '../support/container/cgroup.ts';
import { runProgram } from '../support/container/run-program.ts';
import { mountHugetlb } from './hugetlb.ts';
import { endAll, processesIn } from './leftovers.ts';
import { storiesOn } from './stories-on.ts';
import { type Exec, Watch } from './watch.ts';

// crun without any engine: its own state and the bundle are all there is.

const { story, skipped } = storiesOn('crun', 'busybox-static');
const IMAGE = 'registry.example/shop/job:2.0';
const id = `picket-crun-${randomBytes(4).toString('hex')}`;

let unmount: () => Promise<void>;
let bundle: Bundle;
let watch: Watch;
/** A test that is cut short must not leave the container behind. */
const lastResort = () => endAll(processesIn(`/${id}`));

beforeAll(async () => {
  if (skipped !== '') return;
  process.once('exit', lastResort);
  unmount = await mountHugetlb();
  bundle = await makeBundle(id, { name: 'job', image: IMAGE, args: ['sleep', '100000'] });
  watch = await Watch.open({});
});
afterAll(async () => {
  if (skipped !== '') return;
  await watch?.close();
  await runProgram('crun', ['delete', '--force', id]);
  removeCgroup(`/${id}`);
  await bundle?.remove();
  await unmount?.();
  process.removeListener('exit', lastResort);
});

const exec: Exec = (args) => runProgram('crun', ['exec', id, ...args]);

story('an attack in a container of crun carries the name and image of its bundle', async () => {
  const child = spawn('crun', ['run', '--detach', '--bundle', bundle.folder, id], { stdio: 'ignore' });
  expect(await once(child, 'exit')).toEqual([0, null]);
  const { container, evidence } = await watch.attacked(id, exec, CREDENTIALS[0]);
  expect(container).toMatchObject({ full_id: id, name: 'job', image: IMAGE, runtime: 'crun' });
  expect(evidence.metadata).toBe('complete');
});

story('it is known to an agent that starts while it runs', async () => {
  await watch.restartAgent();
  const { container, output_fields } = await watch.known(exec);
  expect(container).toMatchObject({ full_id: id, name: 'job', image: IMAGE, runtime: 'crun' });
  expect(output_fields['container.privileged']).toBe(false);
});

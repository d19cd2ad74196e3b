import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { CREDENTIALS } from '../attacks/deeds/credentials.ts';
import { buildImage, type OciImage } from '../support/oci-image.ts';
import { type Registry, serveImage } from '../support/registry.ts';
import { Dockerd } from './dockerd.ts';
import { storiesOn } from './stories-on.ts';
import { type Exec, Watch } from './watch.ts';

// A real dockerd in private folders: only its API can tell the agent what its containers are called. What is asserted
// came the whole way: API of Docker, agent, bus, rules, alert.

const { story, skipped } = storiesOn('docker.io', 'runc', 'busybox-static');
const CHECK = 'test -e /tmp/healthy || touch /tmp/known-check';

let engine: Dockerd;
let image: OciImage;
let registry: Registry;
let reference: string;
let watch: Watch;
let web: string;
const inWeb: Exec = (args) => engine.exec(web, args);

beforeAll(async () => {
  if (skipped !== '') return;
  image = buildImage('shop/web:1.4', { healthcheck: ['CMD-SHELL', CHECK], labels: { team: 'red' } });
  registry = await serveImage(image);
  reference = `${registry.address}/shop/web:1.4`;
  engine = await Dockerd.start();
  await engine.docker('pull', '--quiet', reference);
  watch = await Watch.open({ PICKET_DOCKER_SOCKETS: engine.socket, PICKET_RUNTIME_STATE: engine.states });
  mkdirSync(join(engine.folder, 'orders'));
  const orders = `${join(engine.folder, 'orders')}:/orders:ro`;
  web = await engine.run('--name', 'web', '--label', 'team=blue', '--volume', orders, reference);
});
afterAll(async () => {
  await watch?.close();
  await engine?.close();
  await registry?.close();
});

story('an attack in a container of Docker carries its name, image and runtime', async () => {
  const alert = await watch.attacked(web, inWeb, CREDENTIALS[0]);
  expect(alert.container).toMatchObject({ full_id: web, name: 'web', image: reference, runtime: 'docker' });
  expect(alert.evidence.metadata).toBe('complete');
});

story('rules know its digest, labels and health check', async () => {
  const { output_fields } = await watch.known(inWeb);
  expect(output_fields).toMatchObject({
    'container.name': 'web',
    'container.type': 'docker',
    'container.image': reference,
    'container.image.digest': image.digest,
    'container.label[team]': 'blue',
    'container.healthcheck': `/bin/sh -c ${CHECK}`,
    'container.privileged': false,
  });
});

story('the processes of its health check are seen in it', async () => {
  const { container, process } = await watch.opened('/tmp/known-check');
  expect(container).toMatchObject({ full_id: web, name: 'web' });
  expect(process).toMatchObject({ cmdline: `/bin/sh -c ${CHECK}` });
  expect((await engine.exec(web, ['touch', '/tmp/healthy'])).code).toBe(0);
});

story('a container that is gone at once is known all the same', async () => {
  const file = watch.nextFile();
  const args = ['run', '--rm', '--network', 'none', '--name', 'short', '--no-healthcheck'];
  await engine.docker(...args, reference, 'touch', file);
  const { container, output_fields } = await watch.opened(file);
  expect(container).toMatchObject({ name: 'short', image: reference, runtime: 'docker' });
  expect(output_fields).toMatchObject({ 'container.label[team]': 'red', 'proc.vpid': 1 });
});

story('it has its new name after it was renamed', async () => {
  await engine.docker('rename', web, 'shop-front');
  const { container, output_fields } = await watch.known(inWeb);
  expect(container).toMatchObject({ full_id: web, name: 'shop-front', image: reference });
  expect(output_fields['container.image.digest']).toBe(image.digest);
});

story('it is known to an agent that starts while it runs', async () => {
  await watch.restartAgent();
  const { container, evidence } = await watch.knownAs(inWeb, {
    'container.image.digest': image.digest,
    'container.label[team]': 'blue',
  });
  expect(container).toMatchObject({ full_id: web, name: 'shop-front', image: reference, runtime: 'docker' });
  expect(evidence.metadata).toBe('complete');
});

story('it stays known while the engine is away and after it came back', async () => {
  const file = watch.nextFile();
  const script = `until test -e /orders/go; do sleep 0.1; done; touch ${file}`;
  await engine.docker('exec', '--detach', web, 'sh', '-c', script);
  await engine.end();
  writeFileSync(join(engine.folder, 'orders/go'), '');
  const known = { full_id: web, name: 'shop-front', image: reference };
  expect((await watch.opened(file)).container).toMatchObject(known);
  await engine.begin();
  expect((await watch.known(inWeb)).container).toMatchObject(known);
  const later = await engine.run('--name', 'later', '--no-healthcheck', reference);
  const alert = await watch.known((args) => engine.exec(later, args));
  expect(alert.container).toMatchObject({ full_id: later, name: 'later', image: reference, runtime: 'docker' });
});

import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { CREDENTIALS } from '../attacks/deeds/credentials.ts';
import { makeImageTar, type OciImage } from '../support/oci-image.ts';
import { Podman } from './podman.ts';
import { storiesOn } from './stories-on.ts';
import { type Exec, Watch } from './watch.ts';

// The real podman on crun. Without its service only its files tell what containers are called; with it there is more.

const { story, skipped } = storiesOn('podman', 'crun', 'busybox-static');
const REFERENCE = 'registry.example/shop/web:1.4';

let engine: Podman;
let image: OciImage;
let watch: Watch;
let web: string;
const inWeb: Exec = (args) => engine.exec(web, args);

beforeAll(async () => {
  if (skipped !== '') return;
  engine = await Podman.open();
  const tar = join(engine.folder, 'image.tar');
  image = makeImageTar(tar, REFERENCE);
  await engine.podman('load', '--quiet', '--input', tar);
  watch = await Watch.open({ PICKET_DOCKER_SOCKETS: engine.socket });
});
afterAll(async () => {
  await watch?.close();
  await engine?.close();
});

story('without the service an attack carries name, image and runtime', async () => {
  const quiet = await engine.run('--name', 'quiet', REFERENCE);
  const exec: Exec = (args) => engine.exec(quiet, args);
  // The store of podman is read beside the events, not before them: on a busy machine the name can be a moment late.
  await watch.knownAs(exec, { 'container.name': 'quiet' });
  const { container, evidence } = await watch.attacked(quiet, exec, CREDENTIALS[0]);
  expect(container).toMatchObject({ full_id: quiet, name: 'quiet', image: REFERENCE, runtime: 'podman' });
  expect(evidence.metadata).toBe('complete');
});

story('with the service that comes later it also carries digest, labels and health check', async () => {
  const label = ['--label', 'team=blue'];
  const check = ['--health-cmd', 'test -e /tmp/healthy', '--health-interval', 'disable'];
  web = await engine.run('--name', 'web', ...label, ...check, REFERENCE);
  await engine.begin();
  const { output_fields } = await watch.knownAs(inWeb, {
    'container.image.digest': image.digest,
    'container.label[team]': 'blue',
    'container.healthcheck': '/bin/sh -c test -e /tmp/healthy',
  });
  expect(output_fields).toMatchObject({
    'container.name': 'web',
    'container.type': 'podman',
    'container.image': REFERENCE,
  });
  const { container } = await watch.attacked(web, inWeb, CREDENTIALS[0]);
  expect(container).toMatchObject({ full_id: web, name: 'web', image: REFERENCE, runtime: 'podman' });
});

story('a container that is gone at once is known all the same', async () => {
  const file = watch.nextFile();
  await engine.podman('run', '--rm', '--name', 'short', '--label', 'team=red', REFERENCE, 'touch', file);
  const { container } = await watch.opened(file);
  expect(container).toMatchObject({ name: 'short', image: REFERENCE, runtime: 'podman' });
});

story('it has its new name after it was renamed', async () => {
  await engine.podman('rename', web, 'shop-front');
  const { container } = await watch.knownAs(inWeb, { 'container.name': 'shop-front' });
  expect(container).toMatchObject({ full_id: web, name: 'shop-front', image: REFERENCE });
});

story('it is known to an agent that starts while it runs', async () => {
  await watch.restartAgent();
  const { container, evidence } = await watch.knownAs(inWeb, {
    'container.image.digest': image.digest,
    'container.label[team]': 'blue',
  });
  expect(container).toMatchObject({ full_id: web, name: 'shop-front', image: REFERENCE, runtime: 'podman' });
  expect(evidence.metadata).toBe('complete');
});

story('it stays known while the service is away and after it came back', async () => {
  await engine.end();
  const known = { full_id: web, name: 'shop-front', image: REFERENCE };
  expect((await watch.known(inWeb)).container).toMatchObject(known);
  await engine.begin();
  const later = await engine.run('--name', 'later', '--label', 'team=green', REFERENCE);
  const { container } = await watch.knownAs((args) => engine.exec(later, args), { 'container.label[team]': 'green' });
  expect(container).toMatchObject({ full_id: later, name: 'later', image: REFERENCE, runtime: 'podman' });
});

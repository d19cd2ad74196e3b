import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert } from '@picket/sdk';
import type { ContainerInfo } from '@picket/sdk/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allAlerts } from '../support/alerts.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { Containerd } from './containerd/containerd.ts';
import type { Pod } from './containerd/pod.ts';

// A real containerd runs a pod as a kubelet would have it; what Picket says of the pod is compared with what was asked for.

const IMAGE = 'registry.example/shop/web:1.4';
const RULE = 'marker of the story';
const RULES = `
- rule: ${RULE}
  desc: says all that is known of the pod
  condition: evt.type in (open, openat) and fd.name startswith /tmp/marker-
  output: >-
    opened %fd.name as %container.name of %container.image in %k8s.ns.name/%k8s.pod.name uid=%k8s.pod.uid
    app=%k8s.pod.label[app] release=%container.label[release] type=%container.type
  priority: WARNING
`;

let folder: string;
let containerd: Containerd;
let stack: Stack;
let pod: Pod;
let markers = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-story-'));
  writeFileSync(join(folder, 'rules.yaml'), RULES);
  containerd = await Containerd.open(IMAGE);
  stack = await startStack({
    rules: join(folder, 'rules.yaml'),
    env: { PICKET_CRI_SOCKETS: containerd.socket, PICKET_RUNTIME_STATE: containerd.runtimeRoot },
  });
  pod = await runPod('shop-1', '11111111-aaaa-4bbb-8ccc-000000000001');
});
afterAll(async () => {
  await stack?.stop();
  await containerd?.close();
  rmSync(folder, { recursive: true, force: true });
});

const runPod = (name: string, uid: string) =>
  containerd.pod({
    name,
    namespace: 'prod',
    uid,
    labels: { app: `app-of-${name}`, 'io.kubernetes.pod.name': name },
    container: { name: 'web', args: ['sleep', '100000'], labels: { release: `release-of-${name}` } },
  });

/** The alert of an act in the container of a pod, found by `output`. */
async function alertOf({ id }: Pod, found: (alert: Alert) => boolean): Promise<Alert> {
  return await waitFor(`an alert of ${id}`, async () => {
    const alerts = await allAlerts(stack);
    return alerts.find((alert) => alert.container?.full_id === id && found(alert));
  });
}

/** Opens a file that the rule tells of, and compares what it tells with the truth. */
async function expectTruth(of: Pod): Promise<void> {
  const marker = `/tmp/marker-${++markers}`;
  expect((await of.exec(['touch', marker])).code).toBe(0);
  const alert = await alertOf(of, ({ output }) => output.startsWith(`opened ${marker} `));
  const { name, uid } = of.options;
  expect(alert.output).toBe(
    `opened ${marker} as web of ${IMAGE} in prod/${name} uid=${uid} app=app-of-${name} release=release-of-${name} type=containerd`,
  );
  expect(alert.evidence).toMatchObject({ metadata: 'complete' });
}

const known = async (of: Pod): Promise<ContainerInfo | undefined> => {
  const { items } = await stack.get<{ items: ContainerInfo[] }>('containers?limit=200');
  return items.find(({ id, state }) => id === of.id && state === 'running');
};

describe('a pod of containerd', () => {
  it('is named in the alert of an attack in it', async () => {
    expect((await pod.exec(['cat', '/etc/shadow'])).code).toBe(0);
    const alert = await alertOf(pod, ({ rule }) => rule === 'Account file read by an unexpected program');
    expect(alert.container).toMatchObject({ full_id: pod.id, name: 'web', image: IMAGE, runtime: 'containerd' });
    expect(alert.workload).toMatchObject({ namespace: 'prod', pod: 'shop-1', pod_uid: pod.options.uid });
    expect(alert.output_fields).toMatchObject({ 'fd.name': '/etc/shadow' });
    expect(alert.evidence).toMatchObject({ metadata: 'complete' });
  });

  it('has the labels of container and pod', () => expectTruth(pod));

  it('has the digest of its image, and its sandbox is told from it', async () => {
    expect(await known(pod)).toMatchObject({ image_digest: containerd.image.id, metadata: 'complete' });
    const { items } = await stack.get<{ items: ContainerInfo[] }>('containers?limit=200');
    expect(items.find(({ id }) => id === pod.sandboxId)).toMatchObject({ pod: 'shop-1', pod_uid: pod.options.uid });
  });

  it('is known to an agent that starts later', async () => {
    await stack.agent?.stop();
    await stack.startAgent();
    await expectTruth(pod);
  });

  it('is known after containerd was killed and started again, and so is one that comes then', async () => {
    await containerd.stop('SIGKILL');
    await containerd.start();
    await expectTruth(pod);
    await expectTruth(await runPod('shop-2', '11111111-aaaa-4bbb-8ccc-000000000002'));
  });

  it('is partly known while containerd is away, and wholly when it is back', async () => {
    await stack.agent?.kill();
    await containerd.stop('SIGKILL');
    await stack.startAgent();
    const away = await waitFor('partial metadata', async () => {
      const info = await known(pod);
      return info?.metadata === 'partial' && info.image !== null ? info : undefined;
    });
    expect(away).toMatchObject({ name: 'web', image: IMAGE, pod: 'shop-1', namespace: 'prod' });
    await containerd.start();
    await waitFor('complete metadata', async () => ((await known(pod))?.metadata === 'complete' ? true : undefined));
    await expectTruth(pod);
  });
});

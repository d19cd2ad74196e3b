import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchV1Api, CoreV1Api, RbacAuthorizationV1Api, type V1Pod } from '@kubernetes/client-node';
import { ContainerFlag } from '@picket/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesApi } from '../../../../../test/support/kubernetes/api-server.ts';
import { kubernetesAssets } from '../../../../../test/support/kubernetes/config.ts';
import { waitFor } from '../../../../../test/support/wait-for.ts';
import { collectingLog } from '../../../testing/collect.ts';
import { KubernetesSource } from './kubernetes-source.ts';

const NODE = 'node-of-the-test';
const assets = kubernetesAssets();
const sources: KubernetesSource[] = [];
afterEach(() => {
  for (const source of sources.splice(0)) source.stop();
});

function watching(kubeconfig: string) {
  const changes: string[] = [];
  const { log, lines } = collectingLog();
  const source = new KubernetesSource({ kubeconfig, node: NODE, log, pauseMs: 50 });
  sources.push(source);
  source.start((id) => changes.push(id));
  const find = (podUid: string) => source.find({ path: '/', runtime: '', podUid });
  return { source, changes, lines, find };
}

describe.skipIf(assets === undefined)(
  `with a real Kubernetes API${assets === undefined ? ' (skipped: KUBEBUILDER_ASSETS names no folder with kube-apiserver)' : ''}`,
  () => {
    let api: KubernetesApi;
    let core: CoreV1Api;

    beforeAll(async () => {
      api = await KubernetesApi.open(assets ?? '');
      core = api.config('admin').makeApiClient(CoreV1Api);
      await allow();
      await core.createNamespace({ body: { metadata: { name: 'prod' } } });
      for (const name of [NODE, 'other-node']) await core.createNode({ body: { metadata: { name } } });
    });
    afterAll(() => api?.close());

    /** The role of docs/agent.md, no more. */
    async function allow(): Promise<void> {
      const rbac = api.config('admin').makeApiClient(RbacAuthorizationV1Api);
      const rules = [
        { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
        { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get'] },
      ];
      await rbac.createClusterRole({ body: { metadata: { name: 'picket-agent' }, rules } });
      await rbac.createClusterRoleBinding({
        body: {
          metadata: { name: 'picket-agent' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'picket-agent' },
          subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'agent' }],
        },
      });
    }

    async function createPod(name: string, more: Partial<V1Pod> = {}, nodeName = NODE): Promise<string> {
      const spec = { nodeName, containers: [{ name: 'web', image: 'shop:1' }], ...more.spec };
      const body = { ...more, metadata: { name, ...more.metadata }, spec };
      const made = await core.createNamespacedPod({ namespace: 'prod', body });
      return made.metadata?.uid ?? '';
    }

    const owner = (kind: string, name: string, uid = '0'.repeat(8)) => [
      { apiVersion: 'v1', kind, name, uid, controller: true },
    ];

    it('knows the pods of its node, and no others', async () => {
      const uid = await createPod('shop-5d8f-x', {
        metadata: {
          labels: { app: 'shop', 'pod-template-hash': '5d8f' },
          ownerReferences: owner('ReplicaSet', 'shop-5d8f'),
        },
        spec: { serviceAccountName: 'shop', hostNetwork: true, hostPID: true, containers: [{ name: 'c', image: 'i' }] },
      });
      const elsewhere = await createPod('elsewhere', {}, 'other-node');
      const { find, source } = watching(api.kubeconfig('agent'));
      expect(source.health()).toMatchObject({ state: 'failing', reason: 'Kubernetes has not answered yet' });
      expect(await waitFor('the pod', () => find(uid))).toEqual({
        podName: 'shop-5d8f-x',
        podNamespace: 'prod',
        podLabels: ['app=shop', 'pod-template-hash=5d8f'],
        serviceAccount: 'shop',
        ip: '',
        workload: 'Deployment/shop',
        flags: ContainerFlag.hostNetwork | ContainerFlag.hostPid,
      });
      expect(source.health()).toEqual({ state: 'ok', errors: 0 });
      expect(await find(elsewhere)).toBeUndefined();
    });

    it('hears of new pods, addresses and labels, and still knows a pod that was deleted', async () => {
      const { find, changes, source } = watching(api.kubeconfig('agent'));
      await waitFor('the list', () => (source.health().state === 'ok' ? true : undefined));
      const uid = await createPod('late', { metadata: { labels: { app: 'one', old: 'yes' } } });
      expect(await waitFor('the pod', () => find(uid))).toMatchObject({ podName: 'late', workload: 'Pod/late' });
      const pod = await core.readNamespacedPod({ namespace: 'prod', name: 'late' });
      pod.status = { ...pod.status, podIP: '10.1.2.3' };
      const withAddress = await core.replaceNamespacedPodStatus({ namespace: 'prod', name: 'late', body: pod });
      withAddress.metadata = { ...withAddress.metadata, labels: { app: 'two' } };
      await core.replaceNamespacedPod({ namespace: 'prod', name: 'late', body: withAddress });
      await waitFor('the label', async () => ((await find(uid))?.podLabels?.includes('app=two') ? true : undefined));
      expect(await find(uid)).toMatchObject({ ip: '10.1.2.3', podLabels: ['app=two'] });
      await core.deleteNamespacedPod({ namespace: 'prod', name: 'late', gracePeriodSeconds: 0 });
      const after = await createPod('after', {});
      await waitFor('the pod after it', () => find(after));
      expect(await find(uid)).toMatchObject({ podName: 'late', podLabels: ['app=two'] });
      expect(changes.filter((id) => id === uid).length).toBeGreaterThanOrEqual(3);
    });

    it('finds the CronJob behind a Job, and calls a pod of a file by the UID of the kubelet', async () => {
      const batch = api.config('admin').makeApiClient(BatchV1Api);
      const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
      const metadata = { name: 'backup-27000000', ownerReferences: owner('CronJob', 'backup') };
      const job = await batch.createNamespacedJob({ namespace: 'prod', body: { metadata, spec: { template } } });
      const ownerReferences = owner('Job', 'backup-27000000', job.metadata?.uid ?? '');
      const ofJob = await createPod('backup-27000000-x', { metadata: { ownerReferences } });
      const byHand = await createPod('other', {
        metadata: { ownerReferences: owner('Job', 'nightly-12345678', 'none') },
      });
      const annotations = { 'kubernetes.io/config.hash': 'a1b2' };
      await createPod('static', { metadata: { annotations, ownerReferences: owner('Node', NODE) } });
      const { find, changes } = watching(api.kubeconfig('agent'));
      await waitFor('the owner', async () => ((await find(ofJob))?.workload === 'CronJob/backup' ? true : undefined));
      expect(await find(byHand)).toMatchObject({ workload: 'Job/nightly-12345678' });
      expect(await waitFor('the pod of a file', () => find('a1b2'))).toMatchObject({ workload: 'Pod/static' });
      expect(changes).toContain('a1b2');
    });

    it('keeps what it knows while the API is away, says so, and goes on when it is back', async () => {
      const before = await createPod('before', {});
      const { find, source, lines } = watching(api.kubeconfig('agent'));
      await waitFor('the pod', () => find(before));
      await api.stop();
      await waitFor('the failure', () => (source.health().state === 'failing' ? true : undefined));
      expect(source.health().reason).toMatch(
        /^the pods of this node can not be watched \(\w+\): see PICKET_KUBECONFIG/,
      );
      expect(await find(before)).toMatchObject({ podName: 'before' });
      await api.start();
      const after = await createPod('back', {});
      expect(await waitFor('the pod', () => find(after))).toMatchObject({ podName: 'back' });
      expect(source.health().state).toBe('ok');
      expect(lines.join('')).not.toContain(api.token('agent'));
    });

    it('says why when its credentials are not good enough, and never what they are', async () => {
      const wrong = watching(api.kubeconfig('control-plane', 'wrong-token-1234'));
      await waitFor('the refusal', () => (wrong.source.health().reason?.includes('401') ? true : undefined));
      const poor = watching(api.kubeconfig('control-plane'));
      await waitFor('the refusal', () => (poor.source.health().reason?.includes('403') ? true : undefined));
      expect([...wrong.lines, ...poor.lines].join('')).not.toMatch(/wrong-token|Bearer/);
      expect([...wrong.lines, ...poor.lines].join('')).not.toContain(api.token('control-plane'));
      expect(wrong.source.health().errors).toBeGreaterThan(0);
    });
  },
);

/* A server of our own, because a real one does not misbehave on request. */
describe('with an API that misbehaves', () => {
  let folder: string;
  let server: Server;
  let asked: string[];
  let answers: ((url: URL) => { status?: number; body: string })[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'picket-kubeconfig-'));
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      asked.push(
        url.searchParams.get('watch') === 'true' ? `watch ${url.searchParams.get('resourceVersion')}` : 'list',
      );
      const answer = answers.shift();
      // with nothing left to answer the watch stays open
      if (!answer) return void response.writeHead(200).flushHeaders();
      const { status = 200, body } = answer(url);
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = {
      clusters: [{ name: 'c', cluster: { server: address, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    writeFileSync(join(folder, 'config'), JSON.stringify(config));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const pod = (name: string, version: string) => ({ metadata: { name, uid: `uid-${name}`, resourceVersion: version } });
  const list = (version: string, ...names: string[]) => ({
    body: JSON.stringify({
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: { resourceVersion: version },
      items: names.map((name) => pod(name, version)),
    }),
  });
  const change = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
  const asks = (count: number) => waitFor(`${count} calls`, () => (asked.length >= count ? true : undefined));

  it('goes on where it was when the watch ends, and begins anew when that is forgotten', async () => {
    asked = [];
    answers = [
      () => list('5', 'a'),
      () => ({ body: change('ADDED', pod('b', '7')) + change('BOOKMARK', { metadata: { resourceVersion: '9' } }) }),
      () => ({ body: change('ERROR', { code: 410, message: 'too old resource version' }) }),
      () => list('20', 'c'),
    ];
    const { find, source } = watching(join(folder, 'config'));
    await asks(5);
    expect(asked).toEqual(['list', 'watch 5', 'watch 9', 'list', 'watch 20']);
    for (const name of ['a', 'b', 'c']) expect(await find(`uid-${name}`)).toMatchObject({ podName: name });
    expect(source.health()).toEqual({ state: 'ok', errors: 0 });
  });

  it('begins anew after garbage, an error of the server and a list that is none', async () => {
    asked = [];
    answers = [
      () => ({ status: 500, body: 'oops' }),
      () => ({ body: 'no JSON' }),
      () => list('1', 'd'),
      () => ({ body: 'garbage\n' }),
      () => ({ status: 500, body: '' }),
      () => list('2', 'e'),
    ];
    const { find, source } = watching(join(folder, 'config'));
    expect(await waitFor('the pod', () => find('uid-e'), 30)).toMatchObject({ podName: 'e' });
    expect(asked.slice(0, 6)).toEqual(['list', 'list', 'list', 'watch 1', 'watch 1', 'list']);
    expect(source.health()).toEqual({ state: 'ok', errors: 3 });
  });

  it('says that a kubeconfig is missing', async () => {
    const { source } = watching(join(folder, 'none'));
    await waitFor('the failure', () => (source.health().errors > 0 ? true : undefined));
    expect(source.health().reason).toMatch(/ENOENT|no such file/);
  });
});

import { ContainerFlag } from '@picket/sdk';
import { ContainerInfo } from '@picket/sdk/client';
import { expect, test } from 'vitest';
import type { Container } from '../../types.ts';
import { containerInfo } from './container-info.ts';

const bare: Container = {
  ...{ slot: 2, generation: 7, cgroup: '99', id: 'abc', name: '', runtime: '', image: '', imageDigest: '', ip: '' },
  ...{ podName: '', podNamespace: '', podUid: '', workload: '', serviceAccount: '', labels: [], mounts: [], cni: '' },
  ...{
    healthcheck: '',
    livenessProbe: '',
    readinessProbe: '',
    users: [],
    groups: [],
    cgroupPath: '/x',
    started: 0,
    initPid: 0,
    initStart: 0,
    flags: 0,
    stopped: 0,
  },
};

test('what is not known is null', () => {
  const info = containerInfo('n', { ...bare, flags: ContainerFlag.partial });
  expect(ContainerInfo.parse(info)).toEqual(info);
  expect(info).toMatchObject({
    name: null,
    image: null,
    namespace: null,
    started: null,
    state: 'running',
    metadata: 'partial',
  });
});

test('what is known is told', () => {
  const known = {
    ...bare,
    name: 'web',
    podNamespace: 'shop',
    started: 1.7e18,
    stopped: 5,
    flags: ContainerFlag.privileged,
  };
  expect(containerInfo('n', known)).toMatchObject({
    ...{ node: 'n', slot: 2, generation: 7, name: 'web', namespace: 'shop', started: '2023-11-14T22:13:20.000Z' },
    ...{ state: 'stopped', privileged: true, metadata: 'complete' },
  });
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e30])('a start of %s counts as unknown', (started) => {
  expect(containerInfo('n', { ...bare, started }).started).toBeNull();
});

import { ContainerFlag } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { factsOfImage, factsOfInspect, factsOfSummary, podOfLabels } from './facts.ts';

const ID = 'e'.repeat(64);
const IMAGE_ID = `sha256:52845b1b564b${'0'.repeat(52)}`;
const DIGEST = `sha256:${'d'.repeat(64)}`;

describe('factsOfSummary', () => {
  it('reads an entry of Docker', () => {
    const entry = {
      Id: ID,
      Names: ['/other/alias', '/web'],
      Image: 'shop/web:1.4',
      ImageID: IMAGE_ID,
      State: 'running',
      Labels: { team: 'red' },
      HostConfig: { NetworkMode: 'bridge' },
      NetworkSettings: { Networks: { none: { IPAddress: '' }, bridge: { IPAddress: '172.17.0.2' } } },
      Mounts: [{ Source: '/srv', Destination: '/data', RW: false }],
    };
    expect(factsOfSummary(entry)).toEqual({
      id: ID,
      imageId: IMAGE_ID,
      alive: true,
      facts: { name: 'web', image: 'shop/web:1.4', labels: ['team=red'], ip: '172.17.0.2', mounts: ['/srv:/data:ro'] },
    });
  });

  it('reads one of podman, which has no networks', () => {
    const entry = { Id: ID, Names: ['/0'], State: 'exited', NetworkSettings: { Networks: null }, Labels: null };
    expect(factsOfSummary(entry)).toEqual({ id: ID, imageId: '', alive: false, facts: { name: '0' } });
  });

  it.each([{}, { Id: 'short' }, { Id: 7 }])('takes %j for no entry', (entry) => {
    expect(factsOfSummary(entry)).toBeUndefined();
  });
});

describe('factsOfInspect', () => {
  const inspect = {
    Id: ID,
    Name: '/web',
    Image: IMAGE_ID,
    State: { Status: 'running', Pid: 30526, StartedAt: '1970-01-01T00:00:02.5Z' },
    HostConfig: { NetworkMode: 'host', PidMode: 'host', Privileged: true },
    Config: {
      Image: 'shop/web:1.4',
      Labels: { team: 'red' },
      Env: ['PASSWORD=secret'],
      Healthcheck: { Test: ['CMD-SHELL', 'test -f /tmp/ok'] },
    },
    NetworkSettings: { Networks: { v6: { IPAddress: '', GlobalIPv6Address: 'fd00::2' } } },
  };

  it('reads all that is wanted', () => {
    expect(factsOfInspect(inspect)).toEqual({
      id: ID,
      imageId: IMAGE_ID,
      alive: true,
      facts: {
        name: 'web',
        image: 'shop/web:1.4',
        labels: ['team=red'],
        ip: 'fd00::2',
        healthcheck: '/bin/sh -c test -f /tmp/ok',
        started: 2_500_000_000n,
        flags: ContainerFlag.privileged | ContainerFlag.hostNetwork | ContainerFlag.hostPid,
      },
    });
  });

  it('tells no time of start of a container that never started', () => {
    const found = factsOfInspect({ Id: ID, State: { Status: 'created', StartedAt: '0001-01-01T00:00:00Z' } });
    expect(found).toEqual({ id: ID, imageId: '', alive: true, facts: { flags: 0 } });
  });

  it('takes odd members without harm', () => {
    const odd = { Id: ID, Name: 7, State: [], HostConfig: 'x', Config: null, NetworkSettings: 1, Mounts: {} };
    expect(factsOfInspect(odd)).toEqual({ id: ID, imageId: '', alive: true, facts: { flags: 0 } });
    expect(factsOfInspect({ Id: '../etc' })).toBeUndefined();
  });

  it('bounds what an engine makes long', () => {
    const Labels = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`label${i}`, 'x'.repeat(1000)]));
    const found = factsOfInspect({ Id: ID, Name: 'n'.repeat(1e6), Config: { Labels } });
    expect(found?.facts.name).toHaveLength(1024);
    expect(found?.facts.labels).toHaveLength(64);
    expect(found?.facts.labels?.[0]).toHaveLength(256);
  });
});

describe('factsOfImage', () => {
  const json = {
    RepoTags: ['shop/web:1.4', 'shop/web:latest'],
    RepoDigests: [`mirror/web@sha256:${'1'.repeat(64)}`, `shop/web@${DIGEST}`],
  };

  it.each([
    ['the digest of the own repository', json, 'shop/web:1.4', { image: 'shop/web:1.4', imageDigest: DIGEST }],
    ['a name for an id', json, '52845b1b564b', { image: 'shop/web:1.4', imageDigest: DIGEST }],
    ['a name for a whole id', json, IMAGE_ID, { image: 'shop/web:1.4', imageDigest: DIGEST }],
    ['a name that looks like an id', json, 'deadbeefdead', { image: 'deadbeefdead' }],
    ['the digest of the reference', json, `other@${DIGEST}`, { image: `other@${DIGEST}`, imageDigest: DIGEST }],
    ['the id when no registry knows it', { RepoTags: ['a:1'], RepoDigests: [] }, 'a:1', { imageDigest: IMAGE_ID }],
    ['a port for no tag', { RepoDigests: [`r:5000/a@${DIGEST}`] }, 'r:5000/a', { imageDigest: DIGEST }],
    ['odd members', { RepoTags: [7], RepoDigests: 'x' }, 'a:1', { image: 'a:1', imageDigest: IMAGE_ID }],
  ])('tells %s', (_, answer, reference, told) => {
    expect(factsOfImage(answer, reference, IMAGE_ID)).toMatchObject(told);
  });
});

it('reads the labels of the kubelet', () => {
  const labels = [
    'io.kubernetes.container.name=web',
    'io.kubernetes.pod.name=web-1',
    'io.kubernetes.pod.namespace=shop',
  ];
  expect(podOfLabels(labels)).toEqual({ name: 'web', podName: 'web-1', podNamespace: 'shop' });
  expect(podOfLabels(['team=red'])).toEqual({});
});

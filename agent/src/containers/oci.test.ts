import { ContainerFlag } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { dockerFacts, podmanFacts } from './engine-store.ts';
import { factsOfConfig } from './oci-config.ts';
import { crunState, runcState, timestampNs } from './oci-state.ts';

const MOUNTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/pids'];

describe('runcState', () => {
  const state = {
    id: 'box',
    init_process_pid: 42,
    init_process_start: 1234,
    created: '2026-11-23T12:41:00.594774629Z',
    cgroup_paths: { '': '/sys/fs/cgroup/unified/a/box', pids: '/sys/fs/cgroup/pids/a/box' },
    config: { labels: ['x=y', 'bundle=/run/bundles/box'] },
  };

  it('reads what runc writes', () => {
    expect(runcState(state, MOUNTS)).toEqual({
      id: 'box',
      runtime: 'runc',
      cgroupPath: '/a/box',
      bundle: '/run/bundles/box',
      initPid: 42,
      initTicks: 1234,
      created: 1795437660594774629n,
    });
  });

  it('takes a v1 path when there is no other', () => {
    expect(runcState({ ...state, cgroup_paths: { pids: '/sys/fs/cgroup/pids/b' } }, MOUNTS)?.cgroupPath).toBe('/b');
  });

  it.each([
    ['nothing', {}],
    ['no id', { ...state, id: undefined }],
    ['an id that is a number', { ...state, id: 7 }],
    ['no cgroups', { ...state, cgroup_paths: [] }],
  ])('sees no state in an object with %s', (_, json) => {
    expect(runcState(json, MOUNTS)).toBeUndefined();
  });

  it('leaves what is odd unknown', () => {
    const odd = { ...state, init_process_pid: -4, init_process_start: 1.5, created: 'yesterday', config: 'none' };
    expect(runcState(odd, MOUNTS)).toMatchObject({ initPid: 0, initTicks: 0, created: 0n, bundle: '' });
    const elsewhere = { ...state, cgroup_paths: { '': '/somewhere/else' } };
    expect(runcState(elsewhere, MOUNTS)?.cgroupPath).toBe('');
  });
});

describe('crunState', () => {
  it('reads what crun writes', () => {
    const json = {
      pid: 9,
      'process-start-time': 77,
      'cgroup-path': '/libpod_parent/libpod-1',
      bundle: '/b',
      created: '2026-01-01T00:00:00Z',
    };
    expect(crunState(json, 'one')).toMatchObject({
      id: 'one',
      runtime: 'crun',
      cgroupPath: '/libpod_parent/libpod-1',
      bundle: '/b',
      initPid: 9,
      initTicks: 77,
    });
  });

  it('sees no state without a cgroup', () => {
    expect(crunState({ pid: 9 }, 'one')).toBeUndefined();
  });
});

describe('timestampNs', () => {
  it.each([
    ['1970-01-01T00:00:01Z', 1_000_000_000n],
    ['1970-01-01T00:00:01.5Z', 1_500_000_000n],
    ['1970-01-01T01:00:00.000000001+01:00', 1n],
    ['1970-01-01 00:00:00Z', 0n],
    ['1970-13-01T00:00:00Z', 0n],
    ['now', 0n],
    ['', 0n],
  ])('reads %s', (text, ns) => expect(timestampNs(text)).toBe(ns));
});

describe('factsOfConfig', () => {
  const separate = { namespaces: [{ type: 'pid' }, { type: 'network' }], maskedPaths: ['/proc/kcore'] };

  it('reads the annotations of containerd', () => {
    const annotations = {
      'io.kubernetes.cri.container-name': 'web',
      'io.kubernetes.cri.container-type': 'container',
      'io.kubernetes.cri.image-name': 'docker.io/library/nginx:1',
      'io.kubernetes.cri.sandbox-name': 'web-1',
      'io.kubernetes.cri.sandbox-namespace': 'shop',
      'io.kubernetes.cri.sandbox-uid': 'uid-1',
    };
    expect(factsOfConfig({ annotations, linux: separate })).toMatchObject({
      name: 'web',
      image: 'docker.io/library/nginx:1',
      runtime: 'containerd',
      podName: 'web-1',
      podNamespace: 'shop',
      podUid: 'uid-1',
      flags: 0,
    });
  });

  it('reads the annotations of CRI-O', () => {
    const annotations = {
      'io.kubernetes.container.name': 'db',
      'io.kubernetes.cri-o.ContainerType': 'sandbox',
      'io.kubernetes.cri-o.ImageName': 'quay.io/db:2',
      'io.kubernetes.cri-o.Labels': '{"app":"db","n":1}',
      'io.kubernetes.cri-o.IP.0': '10.1.2.3',
      'io.kubernetes.pod.name': 'db-0',
      'io.kubernetes.pod.namespace': 'data',
      'io.kubernetes.pod.uid': 'uid-2',
    };
    expect(factsOfConfig({ annotations, linux: separate })).toMatchObject({
      name: 'db',
      runtime: 'cri-o',
      labels: ['app=db'],
      ip: '10.1.2.3',
      podNamespace: 'data',
      flags: ContainerFlag.sandbox,
    });
  });

  it('sees shared name spaces and privilege', () => {
    const all = Array.from({ length: 41 }, (_, i) => `CAP_${i}`);
    const privileged = { process: { capabilities: { bounding: all } }, linux: { namespaces: [{ type: 'mount' }] } };
    const { hostNetwork, hostPid, privileged: bit } = ContainerFlag;
    expect(factsOfConfig(privileged).flags).toBe(hostNetwork | hostPid | bit);
    const masked = { ...privileged, linux: { ...separate } };
    expect(factsOfConfig(masked).flags).toBe(0);
  });

  it('lists mounts, not more than a record holds', () => {
    const mount = { source: '/srv', destination: '/data', options: ['rbind', 'ro'] };
    expect(factsOfConfig({ mounts: [mount, 'odd', { source: 7 }] }).mounts).toEqual(['/srv:/data:ro', '::rw']);
    expect(factsOfConfig({ mounts: Array(500).fill(mount) }).mounts).toHaveLength(64);
  });

  it.each([
    [{}],
    [{ annotations: [], mounts: {}, linux: 'x', process: null }],
    [{ annotations: { 'io.kubernetes.cri-o.Labels': '{"app"', 'io.kubernetes.cri.image-name': ['x'] } }],
  ])('takes odd objects without harm', (json) => {
    expect(factsOfConfig(json)).toMatchObject({ labels: [], mounts: [] });
  });
});

describe('engine stores', () => {
  it('reads the file of Docker', () => {
    const json = {
      Name: '/happy_panda',
      Image: 'sha256:abc',
      State: { StartedAt: '1970-01-01T00:00:02Z' },
      Config: { Image: 'nginx:1', Labels: { a: 'b' }, Healthcheck: { Test: ['CMD', 'true'] } },
      NetworkSettings: { Networks: { none: { IPAddress: '' }, bridge: { IPAddress: '172.17.0.2' } } },
    };
    expect(dockerFacts(json)).toEqual({
      name: 'happy_panda',
      runtime: 'docker',
      image: 'nginx:1',
      imageDigest: 'sha256:abc',
      labels: ['a=b'],
      ip: '172.17.0.2',
      healthcheck: 'true',
      started: 2_000_000_000n,
    });
    expect(dockerFacts({})).toMatchObject({ name: '', image: '', ip: '' });
    expect(dockerFacts({ State: { StartedAt: '0001-01-01T00:00:00Z' } }).started).toBe(0n);
  });

  it('reads the storage of podman', () => {
    const entry = { id: 'one', names: ['quiet'], image: 'img', metadata: '{"image-name":"alpine:3","image-id":"i1"}' };
    const text = JSON.stringify([{ id: 'other' }, entry]);
    expect(podmanFacts(text, 'one')).toEqual({
      name: 'quiet',
      runtime: 'podman',
      image: 'alpine:3',
      imageDigest: 'i1',
    });
    expect(podmanFacts(text, 'missing')).toBeUndefined();
    expect(podmanFacts('[]', 'one')).toBeUndefined();
    expect(() => podmanFacts('[', 'one')).toThrow(expect.objectContaining({ code: 'METADATA_INVALID' }));
  });
});

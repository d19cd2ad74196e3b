import { describe, expect, it } from 'vitest';
import { classifyCgroup, isContainerParent } from './cgroup-path.ts';

const ID = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
const UID = '8f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const UID_ = UID.replaceAll('-', '_');

const containers: readonly [path: string, id: string, runtime: string, pod?: string, qos?: string][] = [
  [`/docker/${ID}`, ID, 'docker'],
  [`/libpod_parent/libpod-${ID}`, ID, 'podman'],
  [`/kubepods/burstable/pod${UID}/${ID}`, ID, '', UID, 'burstable'],
  [`/kubepods/besteffort/pod${UID}/${ID}`, ID, '', UID, 'besteffort'],
  [`/kubepods/pod${UID}/${ID}`, ID, '', UID, 'guaranteed'],
  [`/kubepods/pod${UID.replaceAll('-', '')}/${ID}`, ID, '', UID.replaceAll('-', ''), 'guaranteed'],
  [`/kubepods/burstable/pod${UID}/crio-${ID}`, ID, 'cri-o', UID, 'burstable'],
  [`/system.slice/docker-${ID}.scope`, ID, 'docker'],
  [`/system.slice/nerdctl-${ID}.scope`, ID, 'containerd'],
  [
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID_}.slice/cri-containerd-${ID}.scope`,
    ID,
    'containerd',
    UID,
    'burstable',
  ],
  [`/kubepods.slice/kubepods-pod${UID_}.slice/crio-${ID}.scope`, ID, 'cri-o', UID, 'guaranteed'],
  [
    `/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod${UID_}.slice/cri-containerd-${ID}.scope`,
    ID,
    'containerd',
    UID,
    'besteffort',
  ],
  [`/machine.slice/libpod-${ID}.scope`, ID, 'podman'],
  [`/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope`, ID, 'podman'],
  [`/system.slice/my.service/libpod-payload-${ID}`, ID, 'podman'],
  [
    `/system.slice/containerd.service/kubepods-burstable-pod${UID_}.slice:cri-containerd:${ID}`,
    ID,
    'containerd',
    UID,
    'burstable',
  ],
  [`/ecs/some-task/${ID}`, ID, ''],
  ['/system.slice/runc-my_box.1.scope', 'my_box.1', 'runc'],
];

describe('classifyCgroup', () => {
  it.each(containers)('finds the container of %s', (path, id, runtime, podUid, qos) => {
    const pod = podUid === undefined ? {} : { podUid, qos };
    expect(classifyCgroup(path)).toEqual({ id, runtime, root: path, ...pod });
  });

  it.each(containers)('gives what lies below %s to it', (path, id, runtime) => {
    expect(classifyCgroup(`${path}/init/deeper`)).toMatchObject({ id, runtime, root: path });
  });

  it('lets the outermost container win', () => {
    const inner = `/docker/${ID}/kubelet/kubepods/burstable/pod${UID}/${'f'.repeat(64)}`;
    expect(classifyCgroup(inner)).toEqual({ id: ID, runtime: 'docker', root: `/docker/${ID}` });
  });

  it.each([
    '/',
    '',
    '/docker',
    '/docker/buildkit',
    '/kubepods',
    '/kubepods/burstable',
    `/kubepods/burstable/pod${UID}`,
    `/kubepods.slice/kubepods-pod${UID_}.slice`,
    '/libpod_parent',
    '/libpod_parent/conmon',
    `/libpod_parent/libpod-conmon-${ID}`,
    `/machine.slice/libpod-conmon-${ID}.scope`,
    `/kubepods/pod${UID}/crio-conmon-${ID}`,
    `/kubepods.slice/kubepods-pod${UID_}.slice/crio-conmon-${ID}.scope`,
    '/system.slice/ssh.service',
    '/user.slice/user-0.slice/session-3.scope',
    '/init.scope',
    '/my-runc-container',
    '/system.slice/docker-...scope',
    `/kubepods/pod${UID}/..`,
    `/system.slice/docker-.${ID}.scope`,
  ])('sees no container in %s', (path) => {
    expect(classifyCgroup(path)).toBeUndefined();
  });

  it('never gives an id that could leave a folder', () => {
    for (const name of ['..', '.', 'a/b', '../../etc'])
      for (const path of [`/docker/${name}`, `/system.slice/runc-${name}.scope`, `/kubepods/pod${UID}/${name}`])
        expect(classifyCgroup(path)?.id ?? 'x').toMatch(/^[\w+-][\w.+-]*$/);
  });
});

describe('isContainerParent', () => {
  it.each(['/docker', '/libpod_parent', '/kubepods/burstable', `/kubepods/pod${UID}`, '/a/b.slice', '/x/conmon'])(
    'knows %s',
    (path) => expect(isContainerParent(path)).toBe(true),
  );

  it.each(['/box', `/docker/${ID}`, '/my-conmon-like-box', '/a/service'])('does not take %s for one', (path) =>
    expect(isContainerParent(path)).toBe(false),
  );
});

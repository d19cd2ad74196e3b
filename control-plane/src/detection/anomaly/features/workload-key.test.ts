import { ContainerFlag } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import type { Container } from '../../../types.ts';
import { emptyContainer } from '../../state/container-table.ts';
import { workloadKey } from './workload-key.ts';

const container = (facts: Partial<Container>): Container => ({ ...emptyContainer(1, 1, '900'), ...facts });

describe('the key of a workload', () => {
  it('is that of all pods of a Deployment', () => {
    const pod = { podUid: 'u', podNamespace: 'shop', name: 'web', image: 'registry:5000/shop/web:1.2' };
    const one = workloadKey(container({ ...pod, workload: 'ReplicaSet/web-7f9c4d5b68', imageDigest: 'sha256:ab' }));
    const other = workloadKey(
      container({
        ...pod,
        workload: 'ReplicaSet/web-5d5f6c8d9f',
        image: 'registry:5000/shop/web:1.3',
        imageDigest: 'sha256:cd',
      }),
    );
    expect(one).toEqual({
      key: 'shop/Deployment/web/web/registry:5000/shop/web',
      digest: 'sha256:ab',
      image: 'registry:5000/shop/web',
    });
    expect(other?.key).toBe(one?.key);
    expect(other?.digest).toBe('sha256:cd');
  });

  it('has no numbers of runs in it', () => {
    const keyOf = (name: string) => workloadKey(container({ name, image: 'ci:1' }))?.key;
    expect(keyOf('ci-17')).toBe('ci-*/ci');
    expect(keyOf('ci-18')).toBe(keyOf('ci-17'));
    const job = (workload: string) =>
      workloadKey(container({ podUid: 'u', podNamespace: 'n', name: 'dump', image: 'x', workload }))?.key;
    expect(job('Job/dump-28391040')).toBe(job('Job/dump-28391100'));
  });

  it('falls back to the tag where no digest is known', () => {
    expect(workloadKey(container({ name: 'a', image: 'x:3' }))?.digest).toBe('3');
    expect(workloadKey(container({ name: 'a', image: 'x' }))?.digest).toBe('latest');
    expect(workloadKey(container({ name: 'a', image: 'x@sha256:ef' }))?.digest).toBe('sha256:ef');
  });

  it('is not known while the metadata is not, and of a sandbox there is none', () => {
    expect(workloadKey(container({ name: 'a' }))).toBeUndefined();
    expect(workloadKey(container({ image: 'x', flags: ContainerFlag.partial }))).toBeUndefined();
    expect(workloadKey(container({ image: 'x', flags: ContainerFlag.sandbox }))).toBeUndefined();
  });
});

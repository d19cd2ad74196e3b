import { expect, it } from 'vitest';
import { podProbes } from './pod-probes.ts';

const ID = 'f'.repeat(64);
const status = { containerStatuses: [{ name: 'web', containerID: `containerd://${ID}` }] } as never;

it('tells the commands of probes by the id of the container', () => {
  const exec = { exec: { command: ['sh', '-c', 'test -e /ready'] } };
  const containers = [
    { name: 'web', livenessProbe: exec, readinessProbe: { httpGet: { port: 80 } } },
    { name: 'side', livenessProbe: exec },
  ];
  expect(podProbes({ spec: { containers }, status })).toEqual({
    [ID]: { livenessProbe: 'sh -c test -e /ready', readinessProbe: '' },
  });
});

it('tells nothing of containers without probes, and of pods of which little is known', () => {
  expect(podProbes({ spec: { containers: [{ name: 'web' }] }, status })).toEqual({});
  expect(podProbes({})).toEqual({});
  expect(podProbes({ spec: { containers: [{ name: 'web', livenessProbe: { exec: {} } }] } })).toEqual({});
});

import type { Alert } from '@picket/sdk';

/** A plain alert for tests; `n` tells alerts apart and sets their time, one second each. */
export function sampleAlert(n: number, overrides: Partial<Alert> = {}): Alert {
  const time = `${new Date(1_700_000_000_000 + n * 1000).toISOString().slice(0, -1)}000000Z`;
  return {
    uuid: `00000000-0000-5000-8000-${n.toString(16).padStart(12, '0')}`,
    revision: 1,
    time,
    rule: 'Read of a secret file',
    priority: 'Warning',
    output: `a secret was read (${n})`,
    source: 'syscall',
    hostname: 'node-a',
    tags: [],
    output_fields: { 'fd.name': '/etc/shadow', n },
    detector: { kind: 'rule', id: 'read-secrets', version: '1' },
    container: { id: 'c0ffee000000', full_id: 'c0ffee'.padEnd(64, '0'), name: 'web', image: 'nginx', runtime: null },
    process: null,
    workload: { kind: 'Deployment', name: 'web', namespace: 'shop', pod: null, pod_uid: null },
    mitre: [],
    evidence: { events: [`node-a/boot/1/${n}`], lost: [], metadata: 'complete' },
    count: 1,
    first_seen: time,
    last_seen: time,
    incident: null,
    ...overrides,
  };
}

/** A workload in a namespace. */
export const inNamespace = (namespace: string | null): NonNullable<Alert['workload']> => ({
  kind: 'Deployment',
  name: 'web',
  namespace,
  pod: null,
  pod_uid: null,
});

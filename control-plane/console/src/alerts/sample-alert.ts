import { Alert } from '@picket/sdk';

const UUID = '018f3a2c-7b1d-5e6f-8a9b-000000000000';

/** A whole alert for tests, with what a test wants to be different. `n` makes its uuid and lies n seconds after noon. */
export function sampleAlert(n: number, change: Partial<Alert> = {}): Alert {
  const time = new Date(Date.UTC(2026, 0, 5, 12, 0, n)).toISOString();
  return Alert.parse({
    uuid: UUID.slice(0, -12) + n.toString(16).padStart(12, '0'),
    revision: 1,
    time,
    rule: 'Terminal shell in container',
    priority: 'Notice',
    output: 'A shell was spawned (command=sh -i)',
    source: 'syscall',
    hostname: 'worker-03',
    tags: [],
    output_fields: {},
    detector: { kind: 'rule', id: 'falco/terminal', version: '1' },
    container: { id: '3f9c2b7d81aa', full_id: '3f9c2b7d81aa5be0', name: 'web', image: 'nginx:1.29', runtime: 'runc' },
    process: null,
    workload: null,
    mitre: [],
    evidence: { events: [], lost: [], metadata: 'complete' },
    count: 1,
    first_seen: time,
    last_seen: time,
    incident: null,
    ...change,
  });
}

import { Alert } from '@picket/sdk';

/** Answers of the API about a detector called scan. */
export const ID = 'ab'.repeat(32);
export const OTHER = 'cd'.repeat(32);
export const TIME = '2026-01-02T03:04:05.678Z';
export const MANIFEST = `id: scan
version: 1.2.0
summary: Finds scans.
kinds: [net.connect]
severity: warning
config:
  ports: { type: integer, default: 20 }
  quiet: { type: flag, default: false }
  names: { type: list, default: [a, b] }
  word: { type: text, default: x }
  share: { type: number, default: 0.5 }
`;
export const version = {
  id: ID,
  detector: 'scan',
  version: '1.2.0',
  stage: 'shadow',
  canary: null,
  blocked: null,
  summary: 'Finds scans.',
  language: 'assemblyscript',
  kinds: ['net.connect'],
  capabilities: ['observe'],
  severity: 'warning',
  tags: [],
  mitre: [],
  config: { ports: 5 },
  upload: 'source',
  encoding: 'utf16',
  imports: ['emit'],
  bytes: { upload: 100, module: 200 },
  module: OTHER,
  memory: { min: 1, max: 16 },
  signed_by: null,
  created: TIME,
  created_by: 'token-1',
};
const shadow = { id: ID, version: '1.2.0', blocked: null };
export const info = {
  name: 'scan',
  summary: 'Finds scans of every kind that one can think of, and says so in a summary that is long.',
  owner: 'token-1',
  namespaces: ['shop', 'cart'],
  paused: false,
  stages: {
    shadow,
    canary: { id: OTHER, version: '1.1.0', blocked: null, canary: { namespaces: ['shop'], percent: 10 } },
    active: null,
  },
  grants: { capabilities: ['observe', 'state'], own: true },
  versions: 2,
  created: TIME,
  changed: TIME,
};
export const stats = {
  version: ID,
  number: '1.2.0',
  stage: 'shadow',
  state: 'quarantined',
  reason: 'DETECTOR_FUEL: onbatch used up its fuel: do less in one call, or ask for more',
  events: 1234567,
  calls: 89,
  findings: 3,
  dropped: { findings: 7, logs: 0, proposals: 0 },
  errors: 0,
  traps: { DETECTOR_FUEL: 3 },
  restarts: 1,
  skipped: { queue: 12 },
  fuel: 99,
  p50_ns: 1500,
  p99_ns: 2_500_000,
  memory_bytes: 3 << 20,
  instances: 1,
  queue: 0,
  cost_share: 0.125,
  quarantined_until: TIME,
};
export const finding = (uuid: string, count: number) => ({
  version: ID,
  alert: Alert.parse({
    uuid,
    revision: count,
    time: TIME,
    rule: 'Port scan',
    priority: 'Warning',
    output: 'many ports\u001b[31m',
    source: 'syscall',
    hostname: 'node-1',
    tags: [],
    output_fields: {},
    detector: { kind: 'wasm', id: 'scan', version: '1.2.0' },
    container: { id: 'abc', full_id: 'abcdef', name: 'web', image: null, runtime: 'runc' },
    process: null,
    workload: null,
    mitre: [],
    evidence: { events: [], lost: [], metadata: 'complete' },
    count,
    first_seen: TIME,
    last_seen: TIME,
    incident: null,
  }),
});
export const FIRST = '6ba7b810-9dad-51d1-80b4-00c04fd430c8';
export const SECOND = '6ba7b811-9dad-51d1-80b4-00c04fd430c8';

import { z } from '@hono/zod-openapi';
import { Incident, IncidentDetail, IncidentPage, IncidentStep, pageOf } from '@picket/sdk/client';

/** Schemas of the SDK under a name in the reference, with an example; copies like those in `schemas.ts`. */

const container = {
  id: '3f1d0c2b9a84',
  full_id: '3f1d0c2b9a84'.padEnd(64, '0'),
  name: 'web',
  image: 'registry.example/shop/web:1.4',
};

const incident: Incident = {
  id: '7d6c1b0e-52a4-5b1f-9a77-0f4f5d2c9e10',
  follows: null,
  state: 'open',
  priority: 'Critical',
  score: 66,
  first_seen: '2026-01-02T03:04:05.678901Z',
  last_seen: '2026-01-02T03:06:40.000000Z',
  alerts: 4,
  occurrences: 19,
  tactics: ['execution', 'persistence', 'credential-access'],
  techniques: ['T1053.003', 'T1059.004', 'T1552.001'],
  rules: ['Read of a secret file', 'Scheduled job written', 'Shell with a terminal'],
  node: 'node-1',
  container,
  workload: { kind: 'Deployment', name: 'web', namespace: 'shop' },
  members: [{ node: 'node-1', namespace: 'shop', container, alerts: 4 }],
};

const step: IncidentStep = {
  alert: '0a9c5f3e-8f0d-5a53-8a53-2f9a1b6c7d80',
  time: '2026-01-02T03:04:05.678901234Z',
  last_seen: '2026-01-02T03:04:05.678901234Z',
  rule: 'Shell with a terminal',
  priority: 'Warning',
  output: 'a shell with a terminal began in web (command sh -i)',
  count: 1,
  tactics: ['execution'],
  techniques: ['T1059.004'],
  node: 'node-1',
  container,
  process: {
    pid: 4711,
    start: '81234567890',
    name: 'sh',
    exepath: '/bin/busybox',
    cmdline: 'sh -i',
    ancestors: [{ pid: 4700, start: '81230000000', name: 'nginx', exepath: '/usr/sbin/nginx', cmdline: 'nginx' }],
    entry: 'entrypoint',
  },
};

const IncidentDocument = Incident.extend({}).openapi('Incident', { example: incident });
const IncidentStepDocument = IncidentStep.extend({}).openapi('IncidentStep', { example: step });
export const IncidentPageDocument = IncidentPage.extend({ items: z.array(IncidentDocument) });
export const IncidentDetailDocument = IncidentDetail.extend({ timeline: pageOf(IncidentStepDocument) }).openapi(
  'IncidentDetail',
  { example: { ...incident, timeline: { items: [step], next: null } } },
);

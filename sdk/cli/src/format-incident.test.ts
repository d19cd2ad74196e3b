import { Incident, IncidentStep } from '@picket/sdk/client';
import { expect, it } from 'vitest';
import { formatIncident, formatIncidentHead, formatStep } from './format-incident.ts';

const container = { id: 'abc', full_id: 'abcdef', name: 'web', image: 'shop/web:1.0' };
const base = {
  id: '6ba7b810-9dad-51d1-80b4-00c04fd430c8',
  follows: null,
  state: 'open',
  priority: 'Critical',
  score: 66,
  first_seen: '2026-01-02T03:04:05.678901Z',
  last_seen: '2026-01-02T03:14:05.000000Z',
  alerts: 4,
  occurrences: 19,
  tactics: ['execution', 'persistence'],
  techniques: ['T1059', 'T1053'],
  rules: ['Shell with a terminal'],
  node: 'node-1',
  container,
  workload: { kind: 'Deployment', name: 'web', namespace: 'shop' },
  members: [{ node: 'node-1', namespace: 'shop', container, alerts: 4 }],
};
const incident = (changes: object = {}) => Incident.parse({ ...base, ...changes });
const process = { pid: 30, start: '1', name: 'sh', exepath: '/bin/sh', cmdline: 'sh -i' };
const step = (changes: object = {}) =>
  IncidentStep.parse({
    alert: base.id,
    time: '2026-01-02T03:04:05.678Z',
    last_seen: '2026-01-02T03:04:05.678Z',
    rule: 'Shell with a terminal',
    priority: 'Warning',
    output: 'the output',
    count: 1,
    tactics: ['execution'],
    techniques: ['T1059'],
    node: 'node-1',
    container,
    process: { ...process, ancestors: [{ ...process, pid: 20, name: 'nginx' }] },
    ...changes,
  });

it('shows how bad, when, where, and the way of the attack', () => {
  expect(formatIncident(incident())).toEqual([
    '2026-01-02 03:04:05 to 03:14:05  open   Critical       66  4 alerts ×19 · web (shop/web:1.0)',
    '    6ba7b810-9dad-51d1-80b4-00c04fd430c8  execution > persistence',
  ]);
});

it('falls back to rules and the node', () => {
  const [first, second] = formatIncident(incident({ tactics: [], container: null, occurrences: 4 }));
  expect(first).toMatch(/ {2}4 alerts · host node-1$/);
  expect(second).toMatch(/Shell with a terminal$/);
});

it('shows everything that is known of one, and nothing that is not', () => {
  expect(formatIncidentHead(incident())).toEqual([
    'incident   6ba7b810-9dad-51d1-80b4-00c04fd430c8 (open)',
    'where      web (shop/web:1.0), node node-1',
    'workload   Deployment/web in shop',
    'when       2026-01-02T03:04:05.678901Z to 2026-01-02T03:14:05.000000Z',
    'worst      Critical, score 66',
    'alerts     4, which count 19 findings',
    'tactics    execution > persistence',
    'techniques T1059, T1053',
  ]);
  const host = { node: 'node-1', namespace: null, container: null, alerts: 1 };
  const lines = formatIncidentHead(incident({ follows: base.id, members: [...base.members, host] }));
  expect(lines).toContain(`follows    ${base.id}`);
  expect(lines.slice(-2)).toEqual([
    'member     web (shop/web:1.0) in shop: 4 alerts',
    'member     host node-1: 1 alerts',
  ]);
});

it('shows a step with its tactic and the processes that led to it', () => {
  expect(formatStep(step({ count: 3 }))).toEqual([
    '03:04:05 execution              Warning       Shell with a terminal ×3 · web',
    '         nginx(20) > sh(30): sh -i',
  ]);
  expect(formatStep(step({ summary: { limit: 30, samples: [] } }))[1].trim()).toBe('the output');
});

it('shows no control character of an attacker to the terminal', () => {
  const evil = '\x1b]0;owned\x07\nfake line';
  const place = { ...container, name: evil };
  const lines = [
    ...formatIncident(incident({ container: place, tactics: [], rules: [evil] })),
    ...formatIncidentHead(incident({ container: place, node: evil, techniques: [evil] })),
    ...formatStep(step({ rule: evil, container: place, process: null, output: evil })),
  ];
  for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
});

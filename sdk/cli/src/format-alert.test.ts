import { Alert } from '@picket/sdk';
import { expect, it } from 'vitest';
import { formatAlert } from './format-alert.ts';

const process = { pid: 30, start: '1', name: 'sh', exepath: '/bin/busybox', cmdline: 'sh -i' };
const base = {
  uuid: '6ba7b810-9dad-51d1-80b4-00c04fd430c8',
  revision: 1,
  time: '2026-01-02T03:04:05.678Z',
  rule: 'Shell with a terminal',
  priority: 'Warning',
  output: 'the output',
  source: 'syscall',
  hostname: 'node-1',
  tags: [],
  output_fields: {},
  detector: { kind: 'rule', id: 'x', version: '1' },
  container: { id: 'abc', full_id: 'abcdef', name: 'web', image: 'shop/web:1.0', runtime: 'runc' },
  process: {
    ...process,
    ancestors: [
      { ...process, pid: 20, name: 'nginx' },
      { ...process, pid: 10, name: 'init' },
    ],
  },
  workload: null,
  mitre: [],
  evidence: { events: [], lost: [], metadata: 'complete' },
  count: 1,
  first_seen: '2026-01-02T03:04:05.678Z',
  last_seen: '2026-01-02T03:04:05.678Z',
  incident: null,
};
const format = (changes: object) => formatAlert(Alert.parse({ ...base, ...changes }));

it('shows what, where, and the processes that led to it, the oldest first', () => {
  expect(format({})).toEqual([
    '03:04:05 Warning       Shell with a terminal · web (shop/web:1.0)',
    '         init(10) > nginx(20) > sh(30): sh -i',
  ]);
});

it('shows how often, and what was lost', () => {
  const lost = [{ kind: 'file.open', reason: 'ring_full', count: 7 }];
  const [first] = format({ count: 4, evidence: { events: [], lost, metadata: 'partial' } });
  expect(first).toBe('03:04:05 Warning       Shell with a terminal ×4 · web (shop/web:1.0) [7 events lost]');
});

it('falls back to the node and the output', () => {
  const [first, second] = format({ container: null, process: null });
  expect(first).toMatch(/ · host node-1$/);
  expect(second.trim()).toBe('the output');
});

it('shows what a detector says beside the processes', () => {
  const detector = { kind: 'wasm', id: 'port-scan', version: '1.0.0' };
  expect(format({ detector })[1].trim()).toBe('the output · init(10) > nginx(20) > sh(30): sh -i');
  expect(format({ detector, process: null })[1].trim()).toBe('the output');
});

it('shows no control character of an attacker to the terminal', () => {
  const evil = '\x1b]0;owned\x07\nfake line';
  const lines = format({
    rule: evil,
    container: { ...base.container, name: evil },
    process: { ...process, name: evil, cmdline: evil, ancestors: [] },
  });
  for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
});

it('shows what learned behaviour says, the score and the workload to look at', () => {
  const learned = {
    detector: { kind: 'model', id: 'behaviour-drift', version: '1' },
    output_fields: { 'behaviour.id': 'ac79d24a175ed932' },
    score: 5.32,
    explanation: [
      { feature: 'users', contribution: 4, text: 'first time as user 33; known: user 0' },
      { feature: 'reads', contribution: 3, text: `first read of ${'/srv/data/file '.repeat(8).trim()}` },
    ],
  };
  const [, ...lines] = format(learned);
  expect(lines[0]).toMatch(/^ {9}first time as user 33; known: user 0; first read of \/srv/);
  expect(lines.at(-1)).toBe('         score 5.3 · workload ac79d24a175ed932 · init(10) > nginx(20) > sh(30): sh -i');
  expect(lines.slice(0, -1).every((line) => line.length <= 120)).toBe(true);
  expect(format({ ...learned, explanation: [], process: null }).slice(1)).toEqual([
    '         the output',
    '         score 5.3 · workload ac79d24a175ed932',
  ]);
});

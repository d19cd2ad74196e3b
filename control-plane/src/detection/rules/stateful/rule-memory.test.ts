import { EventCursor, Kind } from '@picket/sdk';
import { expect, it } from 'vitest';
import { batchOf, Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';
import { RuleEngine } from '../rule-engine.ts';
import type { KeyLimits } from './key-table.ts';
import { RuleMemory } from './rule-memory.ts';

const LIMITS: KeyLimits = { keys: 12, perOwner: 5, bytes: 9000 };
const RULES = `
- rule: window
  desc: d
  condition: evt.type = openat
  window: {count: true, by: [container, fd.name], over: 1h, at_least: 3}
  output: "%fd.name %window.count"
  priority: Notice
- rule: sequence
  desc: d
  sequence:
    by: [container, fd.name]
    within: 1h
    steps: [{condition: evt.is_open_read = true}, {condition: evt.is_open_write = true}]
  output: "%fd.name %step1.fd.name"
  priority: Notice
`;

/** Takes records in one by one; what is found, and what the memory says of itself. */
function player(engine: RuleEngine, node: Scenario) {
  const cursor = new EventCursor();
  return (memory: RuleMemory, record: Uint8Array): unknown => {
    const batch = batchOf(record, BigInt(node.time));
    const outputs: string[] = [];
    const emit = ({ output }: { output: string }) => outputs.push(output);
    const ofNode = memory.begin(batch, engine.programs);
    cursor.open(record).next();
    engine.evaluate(cursor, node.state, batch, emit, ofNode);
    engine.settle(node.state, batch, emit, ofNode);
    return [outputs, [...memory.counts()]];
  };
}

it('evicts the same with and without a crash behind every event', () => {
  const node = new Scenario();
  const take = player(new RuleEngine(loadRules([{ name: 'r', text: RULES }])), node);
  const whole = new RuleMemory(LIMITS);
  let parted = new RuleMemory(LIMITS);
  let outputs = 0;
  for (let i = 0; i < 600; i++) {
    const header = { tgid: 200, slot: 0, cgroup: 1 + (i % 3), syscall: 257, result: 3 };
    const body = {
      path: `/f${Math.floor(i / 9) % 40}`,
      open_flags: Math.floor(i / 3) % 2,
      file_mode: 0o100644,
      count: 1,
    };
    const record = node.encode(Kind.FileOpen, header, body);
    const [expected, found] = [take(whole, record), take(parted, record)];
    expect(found).toEqual(expected);
    outputs += (found as [string[]])[0].length;
    const next = new RuleMemory(LIMITS);
    next.restore(parted.snapshot());
    parted = next;
  }
  expect(outputs).toBeGreaterThan(20);
  for (const rule of ['window', 'sequence']) {
    const counts = whole.counts().get(rule);
    expect(counts?.evicted).toBeGreaterThan(20);
    expect(counts?.keys).toBeLessThanOrEqual(LIMITS.keys);
  }
});

it('has nodes apart', () => {
  const node = new Scenario();
  const engine = new RuleEngine(loadRules([{ name: 'r', text: RULES }]));
  const memory = new RuleMemory();
  const cursor = new EventCursor();
  const found: string[] = [];
  for (const name of ['a', 'b', 'a', 'b', 'a']) {
    const record = node.encode(Kind.FileOpen, { tgid: 200, syscall: 257, result: 3 }, { path: '/x', count: 1 });
    const batch = batchOf(record, 1n);
    const ofNode = memory.begin({ header: { ...batch.header, node: name } }, engine.programs);
    cursor.open(record).next();
    engine.evaluate(cursor, node.state, batch, ({ output }) => found.push(`${name}: ${output}`), ofNode);
  }
  expect(found).toEqual(['a: /x 3']);
});

it('does not wait for the watermark with more than keys may take', () => {
  const node = new Scenario();
  const engine = new RuleEngine(loadRules([{ name: 'r', text: RULES }]));
  const memory = new RuleMemory(LIMITS);
  const cursor = new EventCursor();
  const found: string[] = [];
  for (let i = 0; i < 200; i++) {
    const body = { path: '/x', open_flags: i % 2, file_mode: 0o100644, count: 1 };
    const batch = batchOf(node.encode(Kind.FileOpen, { tgid: 200, syscall: 257, result: 3 }, body), 0n);
    const ofNode = memory.begin(batch, engine.programs);
    const emit = ({ rule }: { rule: string }) => found.push(rule);
    cursor.open(batch.records).next();
    engine.evaluate(cursor, node.state, batch, emit, ofNode);
    engine.settle(node.state, batch, emit, ofNode);
    expect(memory.snapshot().length).toBeLessThan(4 * LIMITS.bytes);
  }
  expect(found.filter((rule) => rule === 'sequence').length).toBeGreaterThan(50);
});

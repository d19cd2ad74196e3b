import { expect, it } from 'vitest';
import { loadRules } from './load/load-rules.ts';
import { measureOpens } from './measure-opens.ts';
import { RuleEngine } from './rule-engine.ts';

const rules =
  '- rule: R\n  condition: evt.is_open_write = true and fd.name startswith /etc\n  output: o\n  priority: Debug\n';
const engine = () => new RuleEngine(loadRules([{ name: 'r', text: rules }]));

it('evaluates every event and decides each path once', () => {
  expect(measureOpens(engine(), { records: 50, paths: 10, batches: 3 })).toMatchObject({
    events: 150,
    findings: 0,
    decided: 10,
  });
});

it('brings new paths in every batch when all are to be different', () => {
  expect(measureOpens(engine(), { records: 50, paths: 50, batches: 3 })).toMatchObject({ events: 150, decided: 150 });
});

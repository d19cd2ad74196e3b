import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CaptureDecoder } from '@picket/sdk';
import { beforeAll, expect, it } from 'vitest';
import { loadRules } from '../../control-plane/src/detection/rules/load/load-rules.ts';
import { readRuleFiles, SHIPPED_RULES } from '../../control-plane/src/rule-files.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { isLoud } from './report.ts';
import { SIX } from './workloads.ts';

// Half a minute of six ordinary workloads, recorded from real containers (test/fixtures/make-ordinary.ts).

const CAPTURE = fileURLToPath(new URL('../fixtures/ordinary.pkcap', import.meta.url));
/** Fires on what is certainly in the capture: so that silence means that nothing was found, not that nothing was looked at. */
const WORK = `
- rule: work of the story
  desc: programs that each of the workloads is known by
  condition: >
    evt.type in (execve, execveat) and container.id != host
    and proc.name in (nginx, postgres, redis-server, node, cron, cc1, logrotate)
  output: ran %proc.name
  priority: WARNING
`;

const messages = () => {
  const decoder = new CaptureDecoder();
  const all = [...decoder.push(readFileSync(CAPTURE))];
  decoder.finish();
  return all;
};

let found: Evaluation;
beforeAll(async () => {
  const shipped = readRuleFiles([SHIPPED_RULES]);
  found = await evaluate(loadRules([...shipped, { name: 'work.yaml', text: WORK }]), messages());
});

const ofWork = ({ rule }: { rule: string }) => rule === 'work of the story';

it('has all six workloads, from their start', () => {
  expect([...found.lives.keys()]).toEqual(expect.arrayContaining([...SIX]));
  for (const name of SIX) expect(found.lives.get(name)?.[0], name).toBeGreaterThan(1);
  const ran = found.alerts.filter(ofWork).map(({ output, container }) => `${container?.name} ${output}`);
  for (const each of ['web ran nginx', 'db ran postgres', 'cache ran redis-server', 'app ran node', 'ci ran cc1'])
    expect(ran).toContain(each);
  expect(ran).toContain('cron ran logrotate');
});

it('has the kinds that rules look at, nothing lost and nothing unreadable', () => {
  const kinds =
    'process.exec process.fork process.exit file.open file.modify net.connect net.accept net.listen net.close net.dns';
  for (const kind of [...kinds.split(' '), 'net.udp', 'net.unix', 'container.started', 'container.stopped'])
    expect(found.kinds.get(kind) ?? 0, kind).toBeGreaterThan(5);
  expect(found.kinds.get('sensor.loss') ?? 0).toBe(0);
  expect(found.missing).toBe(0);
  expect([...found.failures]).toEqual([]);
});

it('raises no alert of priority Warning or worse', () => {
  const loud = found.alerts.filter((alert) => isLoud(alert.priority) && !ofWork(alert));
  expect(loud.map(({ rule, container, output }) => `${container?.name}: ${rule}: ${output}`)).toEqual([]);
});

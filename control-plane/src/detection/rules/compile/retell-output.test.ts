import { ContainerFlag, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import type { Container, Finding } from '../../../types.ts';
import { Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';
import { retellOutput } from './retell-output.ts';

const OUTPUT =
  '%fd.name in %container.name (%container.image.tag, %container.id) by %proc.name: %container.label[app] %k8s.pod.name %container.duration %container.privileged';
const WALL = 1_700_000_000_000_000_000n;
const FULL = {
  id: 'c0ffee00c0ffee00c0ffee00',
  name: 'shop\u001b[2J',
  image: 'registry.example/shop:1.2',
  labels: ['app=shop'],
  pod_name: 'shop-0',
  started: WALL,
  container_flags: ContainerFlag.privileged,
};

/** A finding in a container of which nothing but the id is known, and the scenario to go on with. */
function findingOf(output: string, body: Record<string, string> = { id: FULL.id }): { node: Scenario; found: Finding } {
  const text = `- rule: R\n  desc: d\n  condition: evt.type = openat and fd.name startswith /etc\n  output: ${JSON.stringify(output)}\n  priority: Notice\n`;
  const load = loadRules([{ name: 'r.yaml', text }]);
  expect(load.problems).toEqual([]);
  const node = new Scenario(load);
  node.container({ name: '', image: '', runtime: '', ...body, container_flags: ContainerFlag.partial });
  const [found] = node.open(200, '/etc/x');
  if (!found) throw new Error('the rule found nothing');
  return { node, found };
}

function containerOf(node: Scenario): Container {
  const found = node.state.containers.find(1, 1);
  if (!found) throw new Error('the container is not known');
  return found;
}

describe('an output that speaks of the container', () => {
  it('is told as if the container had been known, and keeps what it says of the event', () => {
    const { node, found } = findingOf(OUTPUT);
    expect(found.output).toBe('/etc/x in <NA> (<NA>, c0ffee00c0ff) by <NA>: <NA> <NA> <NA> <NA>');
    const time = WALL + BigInt(node.time);
    node.send(Kind.ContainerUpdated, { generation: 1, cgroup: 900 }, FULL);
    const told = retellOutput(found.template ?? [], found.fields, containerOf(node), time);
    const [again] = node.open(200, '/etc/x');
    const duration = Number(time) - Number(WALL);
    expect(told.output).toBe(`/etc/x in shop\\x1b[2J (1.2, c0ffee00c0ff) by <NA>: shop shop-0 ${duration} true`);
    expect(told.fields).toEqual({ ...again?.fields, 'container.duration': duration });
  });

  it('keeps a value that the container has not any more', () => {
    const { node, found } = findingOf('%container.name', { id: FULL.id, name: 'first' });
    const told = retellOutput(found.template ?? [], found.fields, { ...containerOf(node), name: '' }, 0n);
    expect(told).toEqual({ output: 'first', fields: { 'container.name': 'first' } });
  });
});

it('an output that does not has no template', () => {
  expect(findingOf('%fd.name by %proc.name').found).not.toHaveProperty('template');
});

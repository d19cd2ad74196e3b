import { HeaderFlag } from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';

let node: Scenario;
beforeEach(() => {
  const output =
    '%proc.sname|%proc.vpgid.name|%proc.vpgid.exe|%thread.vtid|%k8s.rs.name|%k8s.rc.name|%k8s.deployment.name';
  const text = `- rule: R\n  desc: d\n  condition: evt.type = openat\n  output: "${output}"\n  priority: Notice\n`;
  node = new Scenario(loadRules([{ name: 'x.yaml', text }]));
});
const shown = (header = {}) => node.open(203, '/x', 0, {}, header)[0]?.output.split('|') ?? [];

describe('the leader of a pipeline', () => {
  it('need not be an ancestor', () => {
    // sh (200) runs: cat (202) | sort (203)
    node.exec(200, { path: '/bin/sh', more: { sid: 200, pgid: 200 } });
    node.exec(202, { path: '/bin/cat', ppid: 200, args: ['cat', '/etc/shadow'], more: { sid: 200, pgid: 202 } });
    node.exec(203, { path: '/bin/sort', ppid: 200, more: { sid: 200, pgid: 202 } });
    expect(shown().slice(0, 3)).toEqual(['sh', 'cat', 'cat']);
  });

  it('is not known when its number is that of another process', () => {
    node.exec(202, { path: '/bin/other', more: { sid: 202, pgid: 1 } });
    node.exec(203, { path: '/bin/sort', more: { sid: 199, pgid: 202 } });
    expect(shown().slice(0, 3)).toEqual(['<NA>', '<NA>', '<NA>']);
  });
});

describe('thread.vtid', () => {
  it('is known for the first thread of a process, and on the host', () => {
    node.exec(203, { vpid: 3 });
    expect(shown()[3]).toBe('3');
    expect(shown({ tid: 204 })[3]).toBe('<NA>');
    expect(shown({ tid: 204, slot: 0, flags: HeaderFlag.host })[3]).toBe('204');
    expect(node.open(999, '/x')[0]?.output.split('|')[3]).toBe('<NA>');
  });
});

describe('owners of pods', () => {
  it.each([
    ['Deployment/shop', ['app=shop', 'pod-template-hash=5d8f'], ['shop-5d8f', '<NA>', 'shop']],
    ['Deployment/shop', [], ['<NA>', '<NA>', 'shop']],
    ['ReplicaSet/shop-5d8f', [], ['shop-5d8f', '<NA>', 'shop']],
    ['ReplicationController/old', ['pod-template-hash=1'], ['<NA>', 'old', '<NA>']],
    ['DaemonSet/log', ['pod-template-hash=1'], ['<NA>', '<NA>', '<NA>']],
  ])('%s %j', (workload, labels, names) => {
    node.container({ pod_uid: 'p', workload, labels });
    expect(shown().slice(4)).toEqual(names);
  });
});

import { HeaderFlag, Kind } from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { needsOfRules } from '../../plan/rule-needs.ts';
import { bytesOf, Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';
import type { LoadResult } from '../load/rule.ts';

const load = (condition: string, output = 'o'): LoadResult => {
  const text = `- rule: R\n  desc: d\n  condition: ${condition}\n  output: "${output}"\n  priority: Notice\n`;
  const loaded = loadRules([{ name: 'x.yaml', text }]);
  expect(loaded.problems).toEqual([]);
  return loaded;
};
const OUTPUT = '%fd.sip.name|%fd.cip.name|%fd.lip.name|%fd.rip.name';

let node: Scenario;
beforeEach(() => {
  node = new Scenario(load('evt.type in (connect, accept, listen)', OUTPUT));
  node.container();
  node.exec(200, { path: '/bin/curl' });
});
const answer = (name: string, address: string, header = {}) =>
  node.encode(Kind.NetDns, header, { name, addresses: [address], answer: 1, type: 1, protocol: 17 });
const shown = () => node.connect(200, '192.0.2.1', 443)[0]?.output;

describe('names of addresses', () => {
  it('are those that the container was told', () => {
    expect(shown()).toBe('<NA>|<NA>|<NA>|<NA>');
    node.play(answer('shop.example', '192.0.2.1'));
    expect(shown()).toBe('shop.example|<NA>|<NA>|shop.example');
    node.play(answer('cdn.example', '192.0.2.1'));
    expect(shown()).toBe('cdn.example,shop.example|<NA>|<NA>|cdn.example,shop.example');
    node.container({ id: 'other' }, { slot: 2, cgroup: 901 });
    expect(node.connect(200, '192.0.2.1', 443, { slot: 2 })[0]?.output).toMatch(/^<NA>/);
    expect(node.connect(200, '192.0.2.1', 443, { slot: 0, flags: HeaderFlag.host })[0]?.output).toMatch(/^<NA>/);
  });

  it('are found when the answer stands behind the event in the batch, but came before it', () => {
    const told = answer('shop.example', '192.0.2.1');
    const connect = node.encode(
      Kind.NetConnect,
      { tgid: 200, syscall: 42 },
      { local_ip: bytesOf('10.0.0.9'), remote_ip: bytesOf('192.0.2.1'), remote_port: 443, family: 2, protocol: 6 },
    );
    const late = answer('late.example', '192.0.2.1');
    expect(node.play(Buffer.concat([connect, told, late])).map(({ output }) => output)).toEqual([
      'shop.example|<NA>|<NA>|shop.example',
    ]);
  });

  it('follow the side: a server knows its clients, a listening socket has none', () => {
    node.play(answer('client.example', '192.0.2.7'));
    const ends = { local_ip: bytesOf('10.0.0.9'), local_port: 80, family: 2, protocol: 6 };
    const accepted = node.send(Kind.NetAccept, { tgid: 200 }, { ...ends, remote_ip: bytesOf('192.0.2.7') });
    expect(accepted[0]?.output).toBe('<NA>|client.example|<NA>|client.example');
    node.play(answer('own.example', '10.0.0.9'));
    expect(node.send(Kind.NetListen, { tgid: 200 }, ends)[0]?.output).toBe('own.example|<NA>|own.example|<NA>');
  });

  it('stand for every event after the answer until agent or node begin anew', () => {
    node.play(answer('shop.example', '192.0.2.1'));
    node.state.begin({ bootId: new Uint8Array(16), agentEpoch: 2n });
    expect(shown()).toMatch(/^<NA>/);
  });

  it('can be asked for in conditions, any of several', () => {
    node = new Scenario(load('evt.type = connect and fd.sip.name endswith .example'));
    node.container();
    node.play(answer('a.test', '192.0.2.1'));
    expect(node.connect(200, '192.0.2.1', 443)).toEqual([]);
    node.play(answer('b.example', '192.0.2.1'));
    node.play(answer('c.test', '192.0.2.1'));
    expect(node.connect(200, '192.0.2.1', 443)).toHaveLength(1);
  });
});

describe('the probe plan', () => {
  const asks = (condition: string, output?: string) => needsOfRules(load(condition, output)).kinds.includes('net.dns');

  it('has the answers when a rule asks for names, and only then', () => {
    expect(asks('evt.type = connect and fd.sip = 10.0.0.1', '%fd.sip')).toBe(false);
    expect(asks('evt.type = connect and not fd.sip.name exists')).toBe(true);
    expect(asks('evt.type = connect and (fd.sport = 1 or fd.rip.name = a)')).toBe(true);
    expect(asks('evt.type = connect', '%fd.cip.name')).toBe(true);
    expect(asks('evt.type = connect and proc.name = val(fd.lip.name)')).toBe(true);
  });
});

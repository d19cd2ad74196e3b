import type { NodeInfo } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../api/connection.ts';
import type { Command } from '../command.ts';

/** Whether the server works, who is asking, which nodes it sees. */
export const status: Command = {
  name: 'status',
  usage: API_USAGE,
  summary: 'show the server, its nodes and what was lost',
  options: API_OPTIONS,
  positionals: [0, 0],
  async run(config, args, io) {
    const { client, url } = openApi(config, args);
    const options = { signal: io.signal };
    const who = await client.whoami(options);
    const nodes = await client.nodes.list({}, options);
    const alerts = await client.alerts.list({ limit: 1 }, options);
    io.out(`server   ${url}`);
    io.out(`you      ${who.name} (${who.role})${who.namespaces ? `, namespaces ${who.namespaces.join(', ')}` : ''}`);
    io.out(`alerts   ${alerts.items[0] ? `the newest at ${alerts.items[0].time}` : 'none'}`);
    if (nodes.items.length === 0) io.out('nodes    none has sent anything yet');
    for (const node of nodes.items) io.out(`node     ${describeNode(node)}`);
    if (nodes.next !== null) io.out('node     and more');
    return 0;
  },
};

function describeNode(node: NodeInfo): string {
  const lost = node.lost.map(({ kind, reason, count }) => `${count} ${kind} (${reason})`).join(', ');
  const state = node.online ? 'online' : 'offline';
  const plan = node.plan?.error ? `, probe plan: ${node.plan.error.message}` : '';
  return `${node.node} ${state}, containers: ${node.containers}, events: ${node.events}, lost: ${lost || 'nothing'}${plan}`;
}

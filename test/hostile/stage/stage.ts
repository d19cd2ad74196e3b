import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PicketClient } from '@picket/sdk/client';
import { type Stack, startStack } from '../../support/stack.ts';
import { GoodNeighbour } from './good-neighbour.ts';
import { MARK, SteadyFeed } from './steady-feed.ts';
import { Watch } from './watch.ts';

const NODE = 'story-hostile';
export const RULE = 'Marked open';
const RULES = `
- rule: ${RULE}
  desc: the rules go on beside the detectors
  condition: evt.type in (open, openat) and fd.name startswith ${MARK}
  output: marked %fd.name
  priority: NOTICE
`;

/** A real control plane with a feed of events, detectors that behave, and somebody who watches. */
export interface Stage {
  readonly stack: Stack;
  /** Of the administrator, who uploads the hostile ones. */
  readonly client: PicketClient;
  readonly feed: SteadyFeed;
  /** In the process of the hostile ones: the same owner. */
  readonly beside: GoodNeighbour;
  /** Of another owner. */
  readonly apart: GoodNeighbour;
  readonly watch: Watch;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'picket-hostile-'));
  writeFileSync(join(folder, 'rules.yaml'), RULES);
  const stack = await startStack({
    ...{ withoutAgent: true, node: NODE, rules: join(folder, 'rules.yaml') },
    env: { PICKET_DETECTOR_GRANTS: 'observe,state,context,respond', PICKET_DETECTOR_MEMORY_MIB: '256' },
  });
  const watch = new Watch(stack);
  const close = async () => {
    await watch.stop();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const client = new PicketClient({ baseUrl: stack.api, token: stack.token });
    const { secret } = await client.tokens.create({ name: 'somebody else', role: 'author' });
    const other = new PicketClient({ baseUrl: stack.api, token: secret });
    const beside = await GoodNeighbour.start(client, client, 'beside');
    const apart = await GoodNeighbour.start(other, client, 'apart');
    const feed = await SteadyFeed.start(stack.nats, NODE);
    return { stack, client, feed, beside, apart, watch, close };
  } catch (error) {
    await close();
    throw error;
  }
}

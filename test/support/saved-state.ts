import { hostname } from 'node:os';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { nodeToken, partitionOf } from '@picket/sdk';
import { CheckpointStore } from '../../control-plane/src/bus/checkpoint.ts';
import { STATE_BUCKET } from '../../control-plane/src/bus/streams.ts';
import type { NodeState } from '../../control-plane/src/detection/state/node-state.ts';
import { Partition } from '../../control-plane/src/partition.ts';
import type { Stack } from './stack.ts';

/**
 * What the control plane knew about this node when it was stopped, from its last checkpoint. The checkpoint is taken
 * over for good: a control plane that is started again begins with it but can not write a new one.
 */
export async function savedState(stack: Stack): Promise<NodeState> {
  const bus = await connect({
    servers: stack.nats.url,
    authenticator: nkeyAuthenticator(stack.nats.seeds['control-plane']),
    inboxPrefix: '_INBOX_control-plane',
  });
  try {
    const kv = await new Kvm(jetstream(bus)).open(STATE_BUCKET);
    const partition = partitionOf(await nodeToken(hostname()));
    const store = await CheckpointStore.claim(kv, await jetstreamManager(bus), partition, Number.MAX_SAFE_INTEGER);
    const saved = await store.read();
    if (!saved) throw new Error('the control plane has left no checkpoint');
    const restored = new Partition(() => {
      throw new Error('nothing is detected here');
    });
    restored.restore(saved.state);
    const state = restored.states().find(({ node }) => node === hostname());
    if (!state) throw new Error(`the checkpoint does not know ${hostname()}`);
    return state;
  } finally {
    await bus.close();
  }
}

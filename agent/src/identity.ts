import { readFileSync } from 'node:fs';
import { eventSubject, nodeToken, partitionOf } from '@picket/sdk';
import manifest from '../package.json' with { type: 'json' };

/** Who this run of the agent is, for the bus. */
export interface Identity {
  readonly node: string;
  readonly token: string;
  /** Subject of the batches of this node. */
  readonly subject: string;
  /** Boot id of the node: 16 bytes, and as text. */
  readonly bootId: Uint8Array;
  readonly bootIdText: string;
  /** Start of this run in ms since 1970. */
  readonly agentEpoch: bigint;
  readonly version: string;
}

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Makes the identity of a run that starts now on the named node. */
export async function makeIdentity(node: string, nowMs = Date.now()): Promise<Identity> {
  const token = await nodeToken(node);
  const bootIdText = readFileSync(BOOT_ID, 'utf8').trim();
  return {
    node,
    token,
    subject: eventSubject(partitionOf(token), token),
    bootId: new Uint8Array(Buffer.from(bootIdText.replaceAll('-', ''), 'hex')),
    bootIdText,
    agentEpoch: BigInt(nowMs),
    version: manifest.version,
  };
}

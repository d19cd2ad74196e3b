import { type Frame, FrameKind } from '../process/frame.ts';
import type { OpenMessage } from '../process/messages.ts';
import type { HostedDetector } from './host-contract.ts';
import { MOST_ENTRIES, MOST_TEXT } from './reply-schema.ts';

/** What an answer has room for, see reply-schema.ts; others are bounded by the size of a frame. */
const MOST: Readonly<Record<string, number>> = {
  findings: MOST_ENTRIES,
  logs: MOST_ENTRIES,
  proposals: MOST_ENTRIES,
  fields: MOST_ENTRIES,
  textUnits: MOST_TEXT,
};

/** The request that opens an instance. */
export function openFrame(
  detector: HostedDetector,
  module: Uint8Array,
  snapshot: Uint8Array,
  state: Uint8Array,
): Pick<Frame, 'kind' | 'json' | 'parts'> {
  const { hash, encoding } = detector;
  const json: OpenMessage = { ...runMessage(detector), hash, encoding };
  return { kind: FrameKind.open, json, parts: [module, snapshot, state] };
}

/** How a detector is to be run, as JSON takes it. */
export function runMessage(
  detector: Pick<HostedDetector, 'config' | 'capabilities' | 'limits' | 'deadlineMs' | 'stateBytes'>,
): Omit<OpenMessage, 'hash' | 'encoding'> {
  const { config, capabilities, deadlineMs, stateBytes } = detector;
  const { fuel, ...limits } = detector.limits;
  const bounded = Object.entries(limits).map(([name, value]) => [name, Math.min(value, MOST[name] ?? value)]);
  return {
    ...{ config, capabilities, deadlineMs, stateBytes },
    limits: Object.fromEntries(bounded),
    fuel: fuel === undefined ? undefined : String(fuel),
  };
}

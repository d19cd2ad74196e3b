import type { BatchHeader, Priority } from '@picket/sdk';
import type { GuestFinding } from '../host/instance/host-functions.ts';
import type { LiveDetector } from './live-detector.ts';

/** The batch of an event, as far as an alert needs it once the batch itself is gone. */
export interface CauseBatch {
  readonly header: BatchHeader;
  readonly partition: number;
  readonly token: string;
  readonly streamSequence: number;
}

/** What a detector found, with the event that caused it. */
export interface DetectorFinding {
  readonly detector: LiveDetector;
  readonly finding: GuestFinding;
  /** What it said, or what its manifest says when that is less severe. */
  readonly priority: Priority;
  readonly batch: CauseBatch;
  /** Bytes of the causing record, 8-aligned. Undefined when no single event is the cause. */
  readonly record: Uint8Array | undefined;
  /** Number of that record in its batch. */
  readonly index: number | undefined;
  /** Slot and generation of the container that it is about; 0 for none. */
  readonly slot: number;
  readonly generation: number;
  /** `alert`, or `recorded` where its stage or a canary of the same detector keeps it from being one. */
  readonly told: 'alert' | 'recorded';
}

/** A containment that a detector proposes. Nothing happens by it. */
export interface DetectorProposal {
  readonly detector: LiveDetector;
  readonly node: string;
  readonly action: string;
  readonly target: string;
  readonly reason: string;
}

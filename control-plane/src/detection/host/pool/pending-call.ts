import type { HostReply } from './host-contract.ts';

/** A call that a worker has been sent and not answered. */
export interface PendingCall {
  readonly call: number;
  readonly key: string;
  readonly instance: number;
  /** What answers it: a reply or bytes. */
  readonly wants: 'reply' | 'bytes';
  /** Records of its batch: a finding may name none beyond. */
  readonly records: number;
  /** How long it may run before the process counts as unresponsive, ms. */
  readonly patienceMs: number;
  readonly resolve: (answer: HostReply | Uint8Array) => void;
  readonly reject: (error: Error) => void;
  /** The caller has been told already; the answer that still comes is passed over. */
  settled: boolean;
}

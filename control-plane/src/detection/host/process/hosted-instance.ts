import type { Capability } from '../guard/detector-world.ts';
import { DetectorFault } from '../instance/detector-fault.ts';
import { type CallOutcome, DetectorInstance } from '../instance/detector-instance.ts';
import type { GuestBatch } from '../instance/guest-batch.ts';
import type { HostFunctions } from '../instance/host-functions.ts';
import { noCounts } from '../instance/instance-limits.ts';
import type { BoundedCall } from './bounded-call.ts';
import { ContextTables } from './context-tables.ts';
import type { OpenMessage, ReplyMessage } from './messages.ts';
import { SaidInCall } from './said-in-call.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts';
import { StateStore } from './state-store.ts';

const WATERMARK_AT = 40;
const BOOT_ID_AT = 48;
const PRELUDE_BYTES = 74;

/** An instance with all that belongs to it: state store, look-up tables, what it says in a call. */
export class HostedInstance {
  readonly #options: OpenMessage;
  readonly #bounded: BoundedCall;
  readonly #store: StateStore;
  readonly #tables = new ContextTables();
  readonly #said = new SaidInCall();
  #instance: DetectorInstance | undefined;
  #now = 0n;

  constructor(options: OpenMessage, bounded: BoundedCall) {
    this.#options = options;
    this.#bounded = bounded;
    this.#store = new StateStore(options.stateBytes);
  }

  /** Bytes of its linear memory. */
  get memoryBytes(): number {
    return this.#instance?.memoryBytes ?? 0;
  }

  /** Bytes that count against the limit of the process. */
  get bytes(): number {
    return this.memoryBytes + this.#store.used;
  }

  /** Starts it by init, with the entries of a state store where there are any. */
  start(module: WebAssembly.Module, state: Uint8Array): ReplyMessage {
    this.#store.decode(state);
    return this.#call('init', () => {
      this.#instance = new DetectorInstance(module, this.#instanceOptions());
      return this.#instance.init(this.#options.config);
    });
  }

  /** Goes on from a snapshot; nothing of the guest runs. */
  restore(module: WebAssembly.Module, snapshot: Uint8Array): ReplyMessage {
    const content = decodeSnapshot(snapshot, this.#options.hash);
    this.#store.decode(content.state);
    this.#tables.decode(content.context);
    this.#instance = new DetectorInstance(module, { ...this.#instanceOptions(), from: content });
    return this.#replyOf({ ...noCounts(), error: undefined, fuel: 0n }, 0);
  }

  batch(batch: GuestBatch, context: Uint8Array): ReplyMessage {
    const { prelude } = batch;
    if (prelude.length < PRELUDE_BYTES) throw new DetectorFault('DETECTOR_HOST', 'the batch has no prelude');
    const view = new DataView(prelude.buffer, prelude.byteOffset, prelude.length);
    this.#now = view.getBigUint64(WATERMARK_AT, true);
    this.#tables.node = Buffer.from(prelude.subarray(BOOT_ID_AT, BOOT_ID_AT + 16)).toString('hex');
    if (context.length > 0) this.#tables.tell(context);
    return this.#call('onbatch', () => this.#live().onbatch(batch));
  }

  tick(now: bigint): ReplyMessage {
    this.#now = now;
    return this.#call('ontick', () => this.#live().ontick(now));
  }

  snapshot(): Uint8Array {
    const { state } = this.#live();
    const [store, context] = [this.#store.encode(), this.#tables.encode()];
    return encodeSnapshot({ ...state, hash: this.#options.hash, state: store, context });
  }

  /** The entries of its state store. */
  state(): Uint8Array {
    return this.#store.encode();
  }

  #live(): DetectorInstance {
    if (!this.#instance) throw new DetectorFault('DETECTOR_DEAD', 'the instance has not been started');
    return this.#instance;
  }

  #call(name: string, work: () => CallOutcome): ReplyMessage {
    this.#said.clear();
    const from = process.hrtime.bigint();
    const outcome = this.#bounded(this.#options.deadlineMs, name, work);
    return this.#replyOf(outcome, Number(process.hrtime.bigint() - from));
  }

  #replyOf(outcome: CallOutcome, ns: number): ReplyMessage {
    const said = this.#said;
    return {
      findings: said.findings,
      logs: said.logs,
      proposals: said.proposals,
      droppedFindings: outcome.droppedFindings + said.droppedFindings,
      droppedLogs: outcome.droppedLogs + said.droppedLogs,
      droppedProposals: outcome.droppedProposals + said.droppedProposals,
      cut: outcome.cut,
      refusedState: outcome.refusedState,
      error: outcome.error,
      fuel: String(outcome.fuel),
      ns,
      memoryBytes: this.memoryBytes,
    };
  }

  #instanceOptions() {
    const { encoding, limits, fuel } = this.#options;
    return { encoding, host: this.#host(), limits: { ...limits, ...(fuel !== undefined && { fuel: BigInt(fuel) }) } };
  }

  #host(): HostFunctions {
    const { capabilities } = this.#options;
    // The guard refuses the import of what is not granted, unless an operator wants it to fail when it is called.
    const can = <A extends unknown[], R>(capability: Capability, use: (...values: A) => R): ((...values: A) => R) =>
      capabilities.includes(capability) ? use : () => refuse(capability);
    const [said, store, tables] = [this.#said, this.#store, this.#tables];
    return {
      emit: (finding) => said.emit(finding),
      log: (level, message) => said.log(level, message),
      now: () => this.#now,
      stateget: can('state', (key: string) => store.get(key)),
      stateput: can('state', (key: string, value: Uint8Array) => store.put(key, value)),
      process: can('context', (tgid: number, start: bigint) => tables.process(tgid, start)),
      container: can('context', (slot: number) => tables.container(slot)),
      propose: can('respond', (action: string, target: string, reason: string) => said.propose(action, target, reason)),
    };
  }
}

function refuse(capability: Capability): never {
  throw new DetectorFault(
    'DETECTOR_CAPABILITY',
    `the detector used the capability ${capability}, which it has not been granted`,
  );
}

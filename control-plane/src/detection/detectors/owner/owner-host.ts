import { type Log, messageOf } from '@picket/sdk';
import type { DetectorHost } from '../../host/pool/host-contract.ts';
import type { OwnerQuota, StartHost } from '../runtime-contract.ts';
import { MinuteLimit } from './minute-limit.ts';
import { TokenBucket } from './token-bucket.ts';

/** A process that lived so long may be started again at once, ms. */
const HEALTHY = 30_000;
const LONGEST_WAIT = 30_000;

/** An instance as its owner's process sees it. */
export interface HostMember {
  readonly versionId: string;
  /** Of its memory, as far as is known. */
  readonly usedBytes: number;
  /** It is gone, together with its process or without a call under way. */
  gone(why: unknown): void;
  /** It may go on. */
  pump(): void;
}

export interface OwnerHostOptions {
  readonly owner: string;
  readonly startHost: StartHost;
  readonly quota: OwnerQuota;
  readonly log: Log;
  readonly now: () => number;
  /** Wait before a process that ended early is started again, ms; it doubles. */
  readonly backOffMs: number;
}

/** The host process of one owner, started when it is needed and ended when nothing is open in it, and what its detectors may use together. */
export class OwnerHost {
  readonly #options: OwnerHostOptions;
  readonly fuel: TokenBucket;
  readonly findings: MinuteLimit;
  /** Instances that are open or about to be. */
  readonly #members = new Set<HostMember>();
  readonly #keys = new Map<string, HostMember>();
  #lastKey = 0;
  #host: Promise<DetectorHost> | undefined;
  #running: DetectorHost | undefined;
  #line: Promise<void> = Promise.resolve();
  /** Grows with each start, and when its process is not needed any more. */
  #turn = 0;
  #endPause: () => void = () => undefined;
  #recovering = 0;
  #started = 0;
  #ends = 0;
  #stopping: Promise<void> = Promise.resolve();

  constructor(options: OwnerHostOptions) {
    this.#options = options;
    this.fuel = new TokenBucket(options.quota.fuelPerSecond, options.now());
    this.findings = new MinuteLimit(options.quota.findingsPerMinute);
  }

  /** Why one more instance may not be opened; undefined when it may. */
  refuses(member: HostMember): string | undefined {
    const { quota, owner } = this.#options;
    const members = [...this.#members].filter((other) => other !== member);
    const versions = new Set(members.map(({ versionId }) => versionId)).add(member.versionId);
    if (versions.size > quota.detectors)
      return `${owner} runs ${quota.detectors} detectors already: pause or delete one, or ask for a larger quota`;
    const bytes = members.reduce((sum, { usedBytes }) => sum + usedBytes, 0);
    if (bytes >= quota.memoryBytes)
      return `the detectors of ${owner} use the ${quota.memoryBytes} bytes of memory that they may have together: pause or delete one, or ask for a larger quota`;
    return undefined;
  }

  join(member: HostMember): void {
    this.#members.add(member);
  }

  /** The last one to leave ends the process. */
  leave(member: HostMember): void {
    this.#forgetKeys(member);
    if (this.#members.delete(member) && this.#members.size === 0) this.#end();
  }

  /** A key for the next instance of a member, one that was never used in the process. */
  newKey(member: HostMember): string {
    this.#forgetKeys(member);
    const key = `${++this.#lastKey}`;
    this.#keys.set(key, member);
    return key;
  }

  #forgetKeys(member: HostMember): void {
    for (const [key, other] of this.#keys) if (other === member) this.#keys.delete(key);
  }

  /** Runs work that opens instances: one after the other, so that it shows whose call ends the process. */
  inLine(work: () => Promise<void>): Promise<void> {
    this.#line = this.#line.then(work).catch((error: unknown) => {
      // the others must not wait for ever
      const { owner, log } = this.#options;
      log.error('an instance of a detector could not be opened', { owner, why: messageOf(error) });
    });
    return this.#line;
  }

  /** While an instance is put back after a crash, nobody else of the owner is given anything. */
  get isRecovering(): boolean {
    return this.#recovering > 0;
  }

  beginRecovery(): void {
    this.#recovering++;
  }

  endRecovery(): void {
    this.#recovering--;
    if (this.#recovering === 0) for (const member of this.#members) member.pump();
  }

  /** The process; started when it is not there. Rejects when it can not be started. */
  async host(): Promise<DetectorHost> {
    for (;;) {
      this.#host ??= this.#start(++this.#turn);
      const host = await this.#host;
      if (host.alive) return host;
      // its calls have failed already, and the word that it ended is on its way
      const { reason, message } = await host.ended;
      this.#ended(host, reason, message);
    }
  }

  /** Lets a member try again when the process could not be started. */
  wakeLater(member: HostMember): void {
    setTimeout(() => member.pump(), Math.max(1, this.#backOff)).unref();
  }

  /** How long to wait before another try, ms. */
  get #backOff(): number {
    return this.#ends === 0 ? 0 : Math.min(LONGEST_WAIT, this.#options.backOffMs * 2 ** (this.#ends - 1));
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    this.#members.clear();
    this.#keys.clear();
    this.#end();
    await this.#stopping;
  }

  /** @param turn its number: the next one begins when nobody needs this one any more */
  async #start(turn: number): Promise<DetectorHost> {
    await this.#stopping;
    await this.#pause(this.#backOff, turn);
    if (turn !== this.#turn) throw new Error('nobody waits for the process any more');
    const { owner, startHost, quota, log, now } = this.#options;
    this.#started = now();
    try {
      const onLost = (key: string, failure: unknown) => this.#keys.get(key)?.gone(failure);
      const host = await startHost({ owner, log: hostLog(log), memoryBytes: quota.memoryBytes, onLost });
      void host.ended.then(({ reason, message }) => this.#ended(host, reason, message));
      if (turn === this.#turn) this.#running = host;
      return host;
    } catch (error) {
      if (turn === this.#turn) this.#host = undefined;
      this.#ends++;
      log.error('the process of detectors can not be started', { owner, why: messageOf(error) });
      throw error;
    }
  }

  #ended(host: DetectorHost, reason: string, message: string): void {
    if (this.#running !== host) return;
    const { owner, log, now } = this.#options;
    this.#host = undefined;
    this.#running = undefined;
    if (reason === 'stopped') return;
    this.#ends = now() - this.#started > HEALTHY ? 1 : this.#ends + 1;
    log.warn('the process of detectors ended: it is started again', { owner, reason, message });
    const why = new Error(message);
    for (const member of [...this.#members]) member.gone(why);
  }

  /** Waits before a process is started; ends at once when nobody needs it any more. */
  #pause(ms: number, turn: number): Promise<void> {
    if (ms <= 0 || turn !== this.#turn) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #end(): void {
    const host = this.#host;
    this.#host = undefined;
    this.#running = undefined;
    this.#turn++;
    this.#endPause();
    if (!host) return;
    const stop = host.then(
      (running) => running.stop(),
      () => undefined, // it never ran: that has been logged, or nobody needed it
    );
    this.#stopping = Promise.all([this.#stopping, stop]).then(() => undefined);
  }
}

function hostLog(log: Log): { info: (m: string, f?: HostFields) => void; warn: (m: string, f?: HostFields) => void } {
  return {
    info: (message, fields) => log.info(message, textOf(fields)),
    warn: (message, fields) => log.warn(message, textOf(fields)),
  };
}

type HostFields = Readonly<Record<string, unknown>>;

const textOf = (fields: HostFields = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );

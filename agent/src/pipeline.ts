import { join } from 'node:path';
import { type Log, LossReason, messageOf } from '@picket/sdk';
import type { AgentConfig } from './config.ts';
import { AccountKeeper } from './containers/accounts/account-keeper.ts';
import { findCgroupMounts } from './containers/cgroup-root.ts';
import { isPopulated } from './containers/cgroup-tree.ts';
import { Discovery } from './containers/discovery.ts';
import { LateProcesses } from './containers/late-processes.ts';
import { MetadataReader } from './containers/metadata.ts';
import { ProcessLooks } from './containers/process-looks.ts';
import { ContainerRegistry } from './containers/registry.ts';
import { createSources } from './containers/sources/create-sources.ts';
import { OciSource } from './containers/sources/oci-source.ts';
import { ContainerTracker } from './containers/tracker.ts';
import type { Identity } from './identity.ts';
import { planCommand } from './plan-command.ts';
import { PlanStore } from './plan-store.ts';
import { Commands } from './sink/commands.ts';
import { BusConnection } from './sink/connection.ts';
import { Heartbeat } from './sink/heartbeat.ts';
import { Publisher } from './sink/publisher.ts';
import { type AgentStatus, statusOf } from './sink/status.ts';
import type { EventSource } from './source/types.ts';
import { Batcher } from './stages/batcher.ts';
import { EarliestTimer } from './stages/earliest-timer.ts';
import { createRedactor } from './stages/finish/redact/create-redactor.ts';
import { LossLedger } from './stages/loss.ts';
import { MessagePool } from './stages/message-pool.ts';
import { ResourceWindows } from './stages/resources/resource-windows.ts';
import { SendPolicy } from './stages/send-policy.ts';
import { Snapshot } from './stages/snapshot.ts';
import { SyscallWindows } from './stages/windows.ts';
import { tellFailedProbes } from './tell-failed-probes.ts';

export interface PipelineDeps {
  readonly config: AgentConfig;
  readonly seed: Uint8Array;
  readonly source: EventSource;
  readonly identity: Identity;
  readonly log: Log;
}

/** Drains in one turn of the event loop: some 2 ms. Then acks and timers have their turn. */
const DRAINS_A_TURN = 8;
const TICK_MS = 1000;
/** Shares of the 5 s that a stop may take. */
const LAST_DRAINS = 256;
const LAST_ACKS_MS = 3000;
const CLOSE_MS = 500;

/** Joins source, stages and sink. The only file that knows their order. */
export class AgentPipeline {
  readonly batcher: Batcher;
  readonly publisher: Publisher;
  readonly registry: ContainerRegistry;
  readonly metadata: MetadataReader;
  readonly connection: BusConnection;
  readonly resources: ResourceWindows;
  readonly accounts: AccountKeeper;
  readonly #deps: PipelineDeps;
  readonly #losses: LossLedger;
  readonly #windows: SyscallWindows;
  readonly tracker: ContainerTracker;
  readonly #discovery: Discovery;
  readonly #late: LateProcesses;
  readonly #snapshot: Snapshot;
  readonly #heartbeat: Heartbeat;
  readonly #policy = new SendPolicy();
  readonly #timers: NodeJS.Timeout[] = [];
  #state: AgentStatus['state'] = 'starting';
  #pumping = false;
  #sealed = false;
  #pumpAgain: NodeJS.Immediate | undefined;
  readonly #sendTimer = new EarliestTimer(() => this.#sendIfDue());

  constructor(deps: PipelineDeps) {
    const { config, source, identity, log } = deps;
    this.#deps = deps;
    const mounts = findCgroupMounts();
    const { root } = mounts;
    const sink = { append: (record: Uint8Array) => this.#append(record) };
    const now = () => source.now();
    this.#losses = new LossLedger(source, source.now());
    this.#windows = new SyscallWindows(source);
    this.resources = new ResourceWindows({ source, mounts, sink, log });
    this.registry = new ContainerRegistry(config.slots);
    this.metadata = new MetadataReader({
      oci: new OciSource({ ...config, mounts, log }),
      sources: createSources({ ...config, cgroupRoot: root }, log),
      log,
    });
    const pool = new MessagePool();
    this.publisher = new Publisher({
      subject: identity.subject,
      window: config.publishWindow,
      spoolBytes: config.spoolBytes,
      disk: { folder: join(config.dataFolder, 'spool'), bytes: config.spoolDiskBytes, token: identity.token },
      log,
      onDropped: ({ kinds, reason }) => this.#losses.addBatch(kinds, reason),
      onTaken: (message) => pool.give(message),
      onRoom: () => this.#sendIfDue(),
    });
    this.batcher = new Batcher({
      source,
      identity,
      codec: config.codec,
      losses: this.#losses,
      redactor: createRedactor(config),
      pool,
      offer: (batch) => this.publisher.offer(batch),
    });
    this.tracker = new ContainerTracker({
      source,
      registry: this.registry,
      metadata: this.metadata,
      sink,
      log,
      onOpened: (container) => {
        this.#windows.open(container);
        this.resources.open(container);
      },
      onClosing: (container) => {
        this.#appendIfAny(this.#windows.close(container));
        this.#appendIfAny(this.resources.close(container));
      },
      onRefused: () => this.#slotMissing(),
      onProcess: (container) => this.accounts.begin(container),
      populated: (path) => isPopulated(root, path),
    });
    const { registry, tracker } = this;
    const onChange = tracker.tellAgain.bind(tracker);
    this.accounts = new AccountKeeper({ ...config, root, registry, sink, now, onChange, log });
    const looks = new ProcessLooks({ source, root, log });
    const scanDeps = { root, registry: this.registry, sink, look: () => looks.look() };
    this.#late = new LateProcesses({ ...scanDeps, log });
    this.#discovery = new Discovery({
      root,
      source,
      registry: this.registry,
      tracker: this.tracker,
      metadata: this.metadata,
      log,
      onLate: async (container) => this.#late.add(container),
    });
    this.#snapshot = new Snapshot({ ...scanDeps, now, onStated: () => this.accounts.snapshot() });
    this.connection = new BusConnection({ ...config, seed: deps.seed, name: `picket-agent ${identity.node}`, log });
    this.#heartbeat = new Heartbeat(identity.token, config.heartbeatMs, () => this.status());
    const snapshot = () => this.#snapshot.take();
    const plan = planCommand(source, new PlanStore(config.dataFolder), log);
    const commands = new Commands(identity.token, { snapshot, plan, status: () => ({ status: this.status() }) }, log);
    for (const part of [this.publisher, this.#heartbeat, commands]) this.connection.listen(part);
  }

  /**
   * Begins. Resolves when the source runs and the containers that are there are known; the bus may come later.
   * @param onFatal called when the bus refuses the agent: going on would only fill the spool
   */
  async start(onFatal: (error: unknown) => void): Promise<void> {
    const { source, config, log } = this.#deps;
    const isStopping = () => this.#state === 'stopping';
    await this.publisher.prepare();
    if (isStopping()) return;
    const connected = this.connection.start();
    // Before the walk: a container that starts during it shows in one of the two.
    source.start(() => this.#pump());
    this.metadata.start((id) => this.tracker.changed(id));
    tellFailedProbes(source, log);
    const scanned = this.#discovery.scan(true).then(() => this.#late.flush());
    Promise.all([connected, scanned]).then(() => this.#sayReady(), onFatal);
    await scanned;
    if (isStopping()) return;
    void this.accounts.lookAgain();
    this.#state = 'running';
    this.#pump();
    this.#timers.push(
      setInterval(() => this.#tick(), TICK_MS),
      setInterval(() => void this.#restate(), config.snapshotMs),
    );
  }

  /** Ends within 5 s: the last events go out, the probes are detached. */
  async stop(): Promise<void> {
    if (this.#state === 'stopping') return;
    this.#state = 'stopping';
    for (const timer of this.#timers) clearInterval(timer);
    clearImmediate(this.#pumpAgain);
    this.#sendTimer.stop();
    this.tracker.stop();
    this.metadata.stop();
    this.#discovery.stop();
    this.#late.stop();
    this.accounts.stop();
    for (let i = 0; i < LAST_DRAINS && this.#drainOnce() !== 'empty'; i++);
    this.#tick();
    this.resources.stop();
    this.batcher.seal();
    this.#sealed = true;
    this.#deps.source.stop();
    this.#heartbeat.stop();
    const unsent = await this.publisher.stop(LAST_ACKS_MS);
    if (unsent > 0)
      this.#deps.log.warn('batches that neither bus nor disk took are lost: their events count as missing', {
        batches: unsent,
      });
    await Promise.race([this.connection.stop(), new Promise((resolve) => setTimeout(resolve, CLOSE_MS))]);
    this.#deps.log.info('stopped', { batches: this.publisher.stats.batches });
  }

  status(): AgentStatus {
    return statusOf(this.#deps.identity, {
      state: this.#state,
      probes: this.#deps.source.probes(),
      plan: this.#deps.source.plan.revision,
      losses: this.#losses.total(),
      containers: this.registry.size,
      sources: this.metadata.health(),
      queue: { ...this.publisher.queue, inFlight: this.publisher.inFlight },
    });
  }

  /** Drains until the source is empty, with pauses for the rest of the process. */
  #pump(): void {
    if (this.#pumping || this.#state === 'stopping') return;
    this.#pumping = true;
    let left = DRAINS_A_TURN;
    while (left > 0 && this.#drainOnce() !== 'empty') left--;
    this.#pumping = false;
    clearImmediate(this.#pumpAgain);
    this.#pumpAgain = left === 0 ? setImmediate(() => this.#pump()) : undefined;
    this.#sendIfDue();
  }

  #drainOnce(): 'empty' | 'more' {
    this.tracker.hasten();
    const drained = this.batcher.drain();
    if (typeof drained === 'string') return drained;
    this.#discovery.handle(drained);
    return 'more';
  }

  #append(record: Uint8Array): void {
    // A scan or snapshot that is under way when the agent stops only repeats what the stream knows.
    if (this.#sealed) return;
    this.batcher.append(record);
    if (!this.#pumping) this.#sendTimer.in(0);
  }

  #appendIfAny(record: Uint8Array | undefined): void {
    if (record) this.#append(record);
  }

  #sendIfDue(): void {
    if (this.batcher.count === 0 || this.#state === 'stopping') return;
    const { inFlight, open } = this.publisher;
    const now = performance.now();
    const { openedAt, urgent } = this.batcher;
    const delay = this.#policy.delay(now, { openedAt, urgent, inFlight, open });
    if (delay > 0) {
      this.#sendTimer.in(delay);
      return;
    }
    this.#policy.sentEarly();
    this.batcher.seal();
  }

  #tick(): void {
    const { source } = this.#deps;
    this.#windows.takePairs();
    for (const container of this.registry.living()) this.#appendIfAny(this.#windows.next(container));
    void this.resources.sample(this.registry.living());
    for (const record of this.#losses.news(source.now())) this.#append(record);
    for (const cgroup of this.registry.reap(performance.now())) source.forget(cgroup);
  }

  async #restate(): Promise<void> {
    try {
      await this.#discovery.scan(false);
      this.tracker.retryPartial();
      await this.#snapshot.take();
      await this.accounts.lookAgain();
    } catch (error) {
      this.#deps.log.error('the periodic snapshot failed, the next one comes', { why: messageOf(error) });
    }
  }

  #sayReady(): void {
    const { log, identity } = this.#deps;
    log.info('ready', { node: identity.node, token: identity.token, containers: this.registry.size });
  }

  #slotMissing(): void {
    this.#losses.add(0, LossReason.mapFull, 1);
    this.#deps.log.error('a container finds no free slot and is not watched: raise PICKET_SLOTS', {
      slots: this.#deps.config.slots,
    });
  }
}

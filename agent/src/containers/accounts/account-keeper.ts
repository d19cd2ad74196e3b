import { HeaderFlag, type Log } from '@picket/sdk';
import type { RecordSink } from '../../stages/record-sink.ts';
import type { Container, ContainerRegistry } from '../registry.ts';
import { AccountReader } from './account-reader.ts';
import { type AccountCounts, AccountWatch } from './account-watch.ts';
import { NodeAccounts } from './node-accounts.ts';

export interface AccountKeeperDeps {
  /** Where the cgroup v2 tree is mounted. */
  readonly root: string;
  readonly registry: ContainerRegistry;
  readonly sink: RecordSink;
  /** CLOCK_BOOTTIME in ns. */
  readonly now: () => bigint;
  /** Events of processes outside containers are sent too, so that the users of the node matter. */
  readonly traceHost: boolean;
  readonly onChange: (container: Container) => void;
  readonly log: Log;
}

/** Users and groups of all containers, and of the node where that is traced. */
export class AccountKeeper {
  readonly #registry: ContainerRegistry;
  readonly #watch: AccountWatch;
  readonly #node: NodeAccounts | undefined;

  constructor(deps: AccountKeeperDeps) {
    const { registry } = deps;
    const reader = new AccountReader();
    this.#registry = registry;
    this.#watch = new AccountWatch({ ...deps, reader, lives: (container) => registry.lives(container) });
    this.#node = deps.traceHost ? new NodeAccounts({ ...deps, reader }) : undefined;
  }

  get counts(): Readonly<AccountCounts> {
    return this.#watch.counts;
  }

  /** The first process of a container is known. */
  begin(container: Container): void {
    this.#watch.begin(container);
  }

  /** Looks at everything again; what has changed is told. */
  async lookAgain(): Promise<void> {
    this.#watch.lookAtAll(this.#registry.living());
    await this.#node?.look();
  }

  /** The part of a snapshot that no container tells. */
  snapshot(): void {
    this.#node?.state(HeaderFlag.snapshot);
  }

  stop(): void {
    this.#watch.stop();
  }
}

import type { Log } from '@picket/sdk';
import type { RecordSink } from '../../stages/record-sink.ts';
import { nodeRecord } from '../container-record.ts';
import type { AccountFiles, AccountReader } from './account-reader.ts';
import { NO_ACCOUNTS, sameAccounts } from './accounts.ts';

export interface NodeAccountsDeps {
  readonly reader: AccountReader;
  readonly sink: RecordSink;
  /** CLOCK_BOOTTIME in ns. */
  readonly now: () => bigint;
  readonly log: Log;
}

/** Keeps the users and groups of the node itself, for events of processes outside of containers. */
export class NodeAccounts {
  readonly #deps: NodeAccountsDeps;
  #files: AccountFiles | undefined;
  #told = false;

  constructor(deps: NodeAccountsDeps) {
    this.#deps = deps;
  }

  /** Reads the files, and tells of them when they have changed. */
  async look(): Promise<void> {
    const before = this.#files;
    const reading = await this.#deps.reader.read({ pid: 1, start: 0n, cgroup: '/', before, nodeRoot: true });
    const why = reading.state === 'read' ? reading.files.refused : 'why' in reading ? reading.why : '';
    if (why !== '' && !this.#told) {
      this.#told = true;
      this.#deps.log.warn('users and groups of the node are not known', { why });
    }
    if (reading.state !== 'read') return;
    this.#files = reading.files;
    if (!sameAccounts(reading.files.accounts, before?.accounts ?? NO_ACCOUNTS)) this.state();
  }

  /** Tells what is known, whether it has changed or not. */
  state(flags = 0): void {
    const { sink, now } = this.#deps;
    if (this.#files) sink.append(nodeRecord(this.#files.accounts, now(), flags));
  }
}

import type { DetectorStatsInfo, PicketClient } from '@picket/sdk/client';
import { uploadSource } from '../../support/live-detectors.ts';
import { waitFor } from '../../support/wait-for.ts';
import { MARK, type Mark } from './steady-feed.ts';

/** What it says at a mark depends on every open that it has seen, and on their order. */
const source = (id: string) => `
import { FileOpen, Finding, Severity, startsWith } from '@picket/detector';
let opens: u64 = 0;
let sum: u32 = 0;
export function onFileOpen(e: FileOpen): void {
  opens++;
  sum = sum * 31 + <u32>e.inode;
  if (!startsWith(e.path_at, e.path_length, '${MARK}')) return;
  new Finding('Mark of ${id}', Severity.Notice).message(\`\${e.path} \${opens} \${sum}\`).group(e.path).emit();
}
`;
const manifest = (id: string) => `
id: ${id}
version: 1.0.0
summary: Counts opens, and says how many at each mark.
kinds: [file.open]
severity: notice
limits: { findings_per_minute: 10000 }
`;

/** A detector that behaves, and shows whether it has seen everything. */
export class GoodNeighbour {
  readonly #client: PicketClient;
  readonly id: string;

  private constructor(client: PicketClient, id: string) {
    this.#client = client;
    this.id = id;
  }

  /**
   * @param owner uploads it, and so owns it
   * @param operator makes it active
   */
  static async start(owner: PicketClient, operator: PicketClient, id: string): Promise<GoodNeighbour> {
    const { id: version } = await uploadSource(owner, manifest(id), source(id));
    await operator.detectors.promote(id, { version, stage: 'active' });
    return new GoodNeighbour(operator, id);
  }

  /** Waits for what it says at a mark: path, opens that it has seen, their sum. */
  saidAt({ number }: Mark): Promise<string> {
    return waitFor(
      `what ${this.id} says at mark ${number}`,
      async () => {
        const { items } = await this.#client.alerts.list({ rule: `Mark of ${this.id}`, limit: 10 });
        return items.map(({ output }) => output).find((output) => output.startsWith(`${MARK}${number} `));
      },
      40,
    );
  }

  /** What it has to say. */
  static shouldSay({ number, opens, sum }: Mark): string {
    return `${MARK}${number} ${opens} ${sum}`;
  }

  async stats(): Promise<DetectorStatsInfo> {
    const [stats] = (await this.#client.detectors.stats(this.id)).items;
    if (!stats) throw new Error(`there are no stats of ${this.id}`);
    return stats;
  }
}

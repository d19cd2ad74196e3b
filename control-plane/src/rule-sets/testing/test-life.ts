import { type Alert, encodeBatchHeader, Kind, type Log } from '@picket/sdk';
import type { StoredMessage } from '../../bus/types.ts';
import { DEFAULT_SETTINGS } from '../../detection/plan/settings.ts';
import type { RuleFile } from '../../detection/rules/load/rule.ts';
import { batchOf, type Scenario } from '../../detection/testing/scenario.ts';
import { Partition } from '../../partition.ts';
import type { Store } from '../../store/store.ts';
import { ActiveRules } from '../active-rules.ts';
import { type RuleLife, startRuleLife } from '../rule-life.ts';
import type { RuleNotices } from '../rule-notices.ts';

/** The life of rules on a real store, with a partition that runs them. */
export interface TestLife extends RuleLife {
  readonly active: ActiveRules;
  /** What is in the event stream. */
  readonly stored: StoredMessage[];
  readonly logged: string[];
  /** The rule files of the server; change them and reload. */
  files: readonly RuleFile[];
  /** Moves the clock, ms. */
  advance(ms: number): void;
  /** Detects in records and keeps them in the stream. */
  feed(...records: readonly Uint8Array[]): Alert[];
}

export interface TestLifeOptions {
  readonly rules: string;
  /** Shared by several replicas. */
  readonly notices?: RuleNotices;
  readonly replica?: string;
}

/** Notices within one process. */
export function localNotices(): RuleNotices {
  const listeners: (() => void)[] = [];
  return {
    notify: () => {
      for (const listener of listeners) listener();
    },
    listen: (listener) => void listeners.push(listener),
  };
}

export async function openTestLife(store: Store, options: TestLifeOptions): Promise<TestLife> {
  const { rules, notices = localNotices(), replica = 'replica-1' } = options;
  const logged: string[] = [];
  const say = (message: string, fields: unknown = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: say, info: say, warn: say, error: say };
  const stored: StoredMessage[] = [];
  let skew = 0;
  const now = () => Date.now() + skew;
  const test = { files: [{ name: '/rules/base.yaml', text: rules }] as readonly RuleFile[] };
  const readFiles = () => test.files;
  const active = await ActiveRules.open({ store, readFiles, settings: DEFAULT_SETTINGS, replica, log, now });
  const partition = new Partition(() => active.engine());
  let sequence = 1n;
  const life = startRuleLife({
    ...{ store, active, notices, readFiles, log, now },
    storedEvents: async ({ since, most }) => ({ cut: null, messages: newest(stored, since, most) }),
  });
  return Object.assign(test, life, {
    ...{ active, stored, logged },
    advance: (ms: number) => {
      skew += ms;
    },
    feed(...records: readonly Uint8Array[]) {
      const bytes = new Uint8Array(Buffer.concat(records));
      const plain = batchOf(bytes, 2_000_000_000n);
      const wallOffset = BigInt(now()) * 1_000_000n - plain.header.watermark;
      const header = { ...plain.header, count: records.length, firstSequence: sequence, wallOffset };
      sequence += BigInt(records.length);
      stored.push({
        subject: 'picket.events.0.token',
        streamSequence: stored.length + 1,
        bytes: new Uint8Array(Buffer.concat([encodeBatchHeader(header), bytes])),
        time: now(),
      });
      return [...partition.handle({ ...plain, header, streamSequence: stored.length }), ...partition.flush()];
    },
  });
}

async function* newest(stored: readonly StoredMessage[], since: number, most: number) {
  yield* stored.filter(({ time }) => time >= since).slice(-most);
}

/** Records of the process of a pid that opens files, for `feed`. */
export function opens(scenario: Scenario, pid: number, ...paths: readonly string[]): Uint8Array[] {
  const body = { file_mode: 0o100644, count: 1, inode: 7 };
  return paths.map((path) => scenario.encode(Kind.FileOpen, { tgid: pid, syscall: 257, result: 3 }, { ...body, path }));
}

/** Records that tell of a container and of a program in it. */
export function containerWith(scenario: Scenario, pid: number, path: string): Uint8Array[] {
  const container = {
    id: 'c0ffee00c0ffee00c0ffee00',
    name: 'shop',
    image: 'registry:5000/team/shop:1.2',
    runtime: 'runc',
  };
  const program = { path, filename: path, args: [path], comm: path.split('/').at(-1) ?? '', vpid: 7, cwd: '/' };
  return [
    scenario.encode(Kind.ContainerStarted, { generation: 1, cgroup: 900 }, container),
    scenario.encode(Kind.ProcessExec, { tgid: pid, ppid: 1, syscall: 59 }, { ...program, parent_start: 1000 }),
  ];
}

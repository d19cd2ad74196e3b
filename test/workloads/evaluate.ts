import { type Alert, type CapturedMessage, ContainerStarted, EventCursor, Header, Kind, kindInfo } from '@picket/sdk';
import { runRules } from '../../control-plane/src/backtest/rule-run.ts';
import { unpackBatch } from '../../control-plane/src/bus/unpack.ts';
import type { LoadResult } from '../../control-plane/src/detection/rules/load/rule.ts';
import type { Batch } from '../../control-plane/src/types.ts';

/** What a capture of ordinary work shows. */
export interface Evaluation {
  /** The last revision of each alert. */
  readonly alerts: readonly Alert[];
  /** Records by kind name. */
  readonly kinds: ReadonlyMap<string, number>;
  /** Life of each container in the capture, in seconds, by its name; containers of one name follow each other. */
  readonly lives: ReadonlyMap<string, readonly number[]>;
  /** Batches that could not be used, and rules that failed, by code or name. */
  readonly failures: ReadonlyMap<string, number>;
  /** Records missing by their sequences. */
  readonly missing: number;
}

/** Runs rules over the messages of a capture, and looks at what is in it. */
export async function evaluate(rules: LoadResult, messages: Iterable<CapturedMessage>): Promise<Evaluation> {
  const lives = new Lives();
  const alerts = new Map<string, Alert>();
  const counts = await runRules(rules, lives.watch(messages), (alert) => alerts.set(alert.uuid, alert));
  const kinds = [...counts.kinds].flatMap((count, id) =>
    count > 0 ? [[kindInfo(id)?.name ?? `${id}`, count] as const] : [],
  );
  return {
    alerts: [...alerts.values()],
    kinds: new Map(kinds),
    lives: lives.bySeconds(),
    failures: new Map([...counts.refused, ...counts.failures]),
    missing: counts.missing,
  };
}

/** Upper bound of the rate of an event that was not seen in a time of observation, at 95 %: the rule of three. */
export const upperBound = (observed: number): number => 3 / observed;

interface Life {
  name: string;
  readonly from: number;
  to: number;
}

/** How long each container was observed, by the clock of its node. */
class Lives {
  readonly #byCgroup = new Map<bigint, Life>();
  /** Those whose first process lives, by its id. */
  readonly #byInit = new Map<number, Life>();
  readonly #cursor = new EventCursor();
  #last = 0;

  *watch(messages: Iterable<CapturedMessage>): Generator<Batch, void, undefined> {
    let sequence = 0;
    for (const { subject, batch } of messages) {
      const unpacked = unpackBatch(batch, subject, ++sequence);
      this.#look(unpacked);
      yield unpacked;
    }
  }

  #look({ records, header }: Batch): void {
    const cursor = this.#cursor.open(records);
    while (cursor.next()) {
      const { kind, time } = cursor;
      if (kind === Kind.ContainerStarted || kind === Kind.ContainerUpdated) this.#named(cursor, time);
      if (kind === Kind.ContainerStopped) this.#ended(this.#byCgroup.get(cursor.big(Header.cgroup)), time);
      if (kind === Kind.ProcessExit) this.#ended(this.#byInit.get(cursor.tgid), time);
    }
    this.#last = Number(header.watermark);
  }

  /** The name may come later; a snapshot states a container again. */
  #named(cursor: EventCursor, time: number): void {
    const cgroup = cursor.big(Header.cgroup);
    const life = this.#byCgroup.get(cgroup) ?? { name: '', from: time, to: 0 };
    life.name ||= cursor.string(ContainerStarted.name);
    this.#byCgroup.set(cgroup, life);
    if (life.to === 0) this.#byInit.set(cursor.u32(ContainerStarted.initPid), life);
  }

  /** With its first process a container ends, its cgroup may stay for a while. */
  #ended(life: Life | undefined, time: number): void {
    if (life && life.to === 0) life.to = time;
  }

  bySeconds(): Map<string, number[]> {
    const found = new Map<string, number[]>();
    for (const { name, from, to } of this.#byCgroup.values())
      found.set(name, [...(found.get(name) ?? []), ((to || this.#last) - from) / 1e9]);
    return found;
  }
}

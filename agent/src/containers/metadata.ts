import { type Log, messageOf } from '@picket/sdk';
import { AgentError } from '../errors.ts';
import type { ContainerFacts } from './container-facts.ts';
import { mergeFacts } from './merge-facts.ts';
import type { MetadataSource, MetadataTarget, SourceHealth } from './sources/metadata-source.ts';
import type { OciSource } from './sources/oci-source.ts';

export interface MetadataOptions {
  /** Asked first: it gives the base, from files. */
  readonly oci: OciSource;
  /** Asked after it, in this order; a later one wins where both know something. */
  readonly sources: readonly MetadataSource[];
  readonly log: Log;
  /** Longest that one source may take for one answer, in ms. */
  readonly timeoutMs?: number;
}

/** What one look at the sources found. */
export interface Look {
  readonly facts: ContainerFacts;
  /** A source that should know the container has not told of it (yet). */
  readonly partial: boolean;
}

/** A source as the heartbeat and the metrics tell of it. */
export interface NamedHealth extends SourceHealth {
  readonly name: string;
}

/** What became of the questions to one source. */
interface Asked {
  errors: number;
  /** Why the last question failed; empty when it did not. */
  reason: string;
  /** Not asked before this time of performance.now(): it did not answer in time. */
  restsUntil: number;
}

/** How long a source that did not answer in time is left alone: else every container would wait for it. */
const REST_MS = 2000;

/** Asks the sources of metadata about a container and joins their answers. One that fails costs only its own part. */
export class MetadataReader {
  readonly #options: MetadataOptions;
  readonly #asked = new Map<string, Asked>();

  constructor(options: MetadataOptions) {
    this.#options = options;
  }

  /** @param onChange called with the id of a container or the UID of a pod of which more may be known now */
  start(onChange: (id: string) => void): void {
    for (const source of this.#all()) source.start(onChange);
  }

  stop(): void {
    for (const source of this.#all()) source.stop();
  }

  /**
   * What all sources know of the container of a cgroup; undefined when none knows it.
   * @param onBase called with what files told, when other sources are still to be asked
   */
  async find(target: MetadataTarget, onBase?: (look: Look) => void): Promise<Look | undefined> {
    const answers: Partial<ContainerFacts>[] = [];
    let missing = false;
    let known = target;
    for (const source of this.#all()) {
      if (!source.covers(known)) continue;
      const answer = await this.#ask(source, known);
      if (answer) {
        // an empty one says that nothing is to be had there
        if (Object.keys(answer).length > 0) answers.push(answer);
        known = enriched(known, answer);
      } else if (source !== this.#options.oci && source.health().state !== 'absent') missing = true;
      if (source === this.#options.oci && answer && onBase && this.#othersCover(known))
        onBase(lookOf(target, answers, true));
    }
    return answers.length === 0 ? undefined : lookOf(target, answers, missing);
  }

  /** What local files tell and sources remember, at once; undefined when that is not enough. */
  findNow(target: MetadataTarget): Look | undefined {
    const base = this.#options.oci.findNow(target);
    const known = base ? enriched(target, base) : target;
    const covering = this.#options.sources.filter((source) => source.covers(known));
    const remembered = covering.flatMap((source) => source.remembered?.(known) ?? []);
    if (!base && remembered.length === 0) return undefined;
    return lookOf(target, base ? [base, ...remembered] : remembered, !base || this.#othersCover(known));
  }

  /**
   * Cgroup paths that runtimes name as those of their containers.
   * @throws AgentError METADATA_INVALID when they can not be read in time
   */
  knownPaths(): Promise<Set<string>> {
    return this.#inTime('oci', this.#options.oci.knownPaths());
  }

  health(): NamedHealth[] {
    return this.#all().map((source) => {
      const own = source.health();
      const { errors, reason } = this.#askedOf(source);
      const failing = own.state === 'ok' && reason !== '' ? { state: 'failing' as const, reason } : {};
      return { name: source.name, ...own, ...failing, errors: own.errors + errors };
    });
  }

  #all(): readonly MetadataSource[] {
    return [this.#options.oci, ...this.#options.sources];
  }

  #othersCover(target: MetadataTarget): boolean {
    return this.#options.sources.some((source) => source.covers(target) && source.health().state !== 'absent');
  }

  async #ask(source: MetadataSource, target: MetadataTarget): Promise<Partial<ContainerFacts> | undefined> {
    const asked = this.#askedOf(source);
    if (performance.now() < asked.restsUntil) return undefined;
    try {
      const answer = await this.#inTime(source.name, source.find(target));
      asked.reason = '';
      return answer;
    } catch (error) {
      asked.errors++;
      if (asked.reason === '')
        this.#options.log.warn('a source of container metadata fails', { source: source.name, why: messageOf(error) });
      asked.reason = messageOf(error);
      if (error instanceof AgentError && error.code === 'METADATA_LATE') asked.restsUntil = performance.now() + REST_MS;
      return undefined;
    }
  }

  #askedOf({ name }: MetadataSource): Asked {
    const asked = this.#asked.get(name) ?? { errors: 0, reason: '', restsUntil: 0 };
    this.#asked.set(name, asked);
    return asked;
  }

  async #inTime<T>(name: string, answer: Promise<T>): Promise<T> {
    const timeoutMs = this.#options.timeoutMs ?? 1000;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooLate(name, timeoutMs)), timeoutMs);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Only who knows the first process knows the flags of this very container; without them its metadata is not complete. */
function lookOf(target: MetadataTarget, answers: readonly Partial<ContainerFacts>[], missing: boolean): Look {
  const facts = mergeFacts([{ podUid: target.podUid ?? '', runtime: target.runtime }, ...answers]);
  return { facts, partial: missing || !answers.some(knowsFlags) };
}

const knowsFlags = ({ flags, initPid }: Partial<ContainerFacts>) => flags !== undefined && initPid !== undefined;

function enriched(target: MetadataTarget, { id, podUid, runtime }: Partial<ContainerFacts>): MetadataTarget {
  return {
    ...target,
    ...(id ? { id } : {}),
    ...(podUid ? { podUid } : {}),
    runtime: runtime || target.runtime,
  };
}

const tooLate = (name: string, ms: number) =>
  new AgentError(
    'METADATA_LATE',
    `the source ${name} of container metadata did not answer within ${ms} ms: what it alone knows stays unknown until it does`,
  );

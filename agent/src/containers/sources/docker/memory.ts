import type { ContainerFacts } from '../../container-facts.ts';
import type { EngineFacts } from './facts.ts';

/** What is remembered of one container. */
export interface Known {
  facts: Partial<ContainerFacts>;
  imageId: string;
  /** An inspect has told all of it since it last changed. */
  whole: boolean;
  /** When it was removed, in ms; undefined while it is there. */
  gone: number | undefined;
}

/** How long a container is remembered after it was removed, in ms: events of short ones come late. */
const REMEMBER_MS = 60_000;
const MOST = 8192;

/** The containers of one engine, those that were removed a moment ago among them. Holds a bounded number. */
export class EngineMemory {
  /** Containers that found no room, since start. */
  refused = 0;
  readonly #known = new Map<string, Known>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get size(): number {
    return this.#known.size;
  }

  get(id: string): Known | undefined {
    return this.#known.get(id);
  }

  /** Ids of containers that are there. */
  living(): string[] {
    return [...this.#known].filter(([, known]) => known.gone === undefined).map(([id]) => id);
  }

  /** Ids of containers that were made from an image, named by its id or reference. */
  ofImage(imageId: string, reference: string): string[] {
    const made = [...this.#known].filter(
      ([, { imageId: id, facts }]) => (id !== '' && id === imageId) || (reference !== '' && facts.image === reference),
    );
    return made.map(([id]) => id);
  }

  /**
   * Takes in what an answer or event told; what it did not tell stays as it was.
   * @returns whether something is known now that was not known, or known otherwise
   */
  learn(told: Pick<EngineFacts, 'id' | 'imageId' | 'facts'>, whole: boolean): boolean {
    const known = this.#known.get(told.id);
    if (!known) return this.#add(told, whole);
    const facts = { ...known.facts, ...told.facts };
    const differs = !sameFacts(known.facts, facts);
    Object.assign(known, { facts, imageId: told.imageId || known.imageId, whole });
    return differs;
  }

  /** A list has a container that was missing in one before. Nothing else brings one back: ids are not used again. */
  revive(id: string): void {
    const known = this.#known.get(id);
    if (known) known.gone = undefined;
  }

  /** The container was removed: it is forgotten later. */
  remove(id: string): void {
    const known = this.#known.get(id);
    if (known) known.gone ??= this.#now();
  }

  /** Forgets what was removed long enough ago. */
  sweep(): void {
    const before = this.#now() - REMEMBER_MS;
    for (const [id, { gone }] of this.#known) if (gone !== undefined && gone <= before) this.#known.delete(id);
  }

  #add({ id, imageId, facts }: Pick<EngineFacts, 'id' | 'imageId' | 'facts'>, whole: boolean): boolean {
    if (this.#known.size >= MOST && !this.#makeRoom()) {
      this.refused++;
      return false;
    }
    this.#known.set(id, { facts, imageId, whole, gone: undefined });
    return true;
  }

  #makeRoom(): boolean {
    const gone = [...this.#known].find(([, known]) => known.gone !== undefined);
    return gone !== undefined && this.#known.delete(gone[0]);
  }
}

function sameFacts(a: Partial<ContainerFacts>, b: Partial<ContainerFacts>): boolean {
  const text = (facts: object) =>
    JSON.stringify(Object.entries(facts).sort(), (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
  return text(a) === text(b);
}

import type { EngineApi } from './api.ts';
import type { EngineFacts } from './facts.ts';

export interface InspectorDeps {
  /** The connection of now; undefined while there is none. */
  readonly api: () => EngineApi | undefined;
  /** Called with all that an engine tells of a container. */
  readonly onFound: (found: EngineFacts) => void;
  readonly onError: (error: unknown) => void;
}

/** Inspections under way at a time: Docker answers some only after the start of the container. */
const AT_ONCE = 4;
const MOST_IMAGES = 512;
/** Pauses before a container is asked for again when the engine had no answer, in ms. */
const AGAIN_MS = [500, 1000, 2000, 5000, 10_000];

/** Asks for all details of containers, a few at a time, each container once however often it is asked for. */
export class Inspector {
  readonly #deps: InspectorDeps;
  /** By id, how often they were asked for in vain. */
  readonly #waiting = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #images = new Map<string, { image: string; imageDigest: string }>();
  #running = 0;
  #stopped = false;

  constructor(deps: InspectorDeps) {
    this.#deps = deps;
  }

  /** Asks for a container as soon as it is its turn, and again later when there is no answer. */
  want(id: string, failures = 0): void {
    this.#waiting.set(id, failures);
    this.#next();
  }

  /** What is known of images may not hold any more. */
  forgetImages(): void {
    this.#images.clear();
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#waiting.clear();
    this.#images.clear();
  }

  #next(): void {
    for (const [id, failures] of this.#waiting) {
      if (this.#running >= AT_ONCE) return;
      this.#waiting.delete(id);
      this.#running++;
      void this.#inspect(id, failures).finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }

  async #inspect(id: string, failures: number): Promise<void> {
    const api = this.#deps.api();
    // A new connection begins with the whole list.
    if (!api) return;
    try {
      const found = await api.inspect(id);
      if (!found) return;
      const image = await this.#imageOf(api, found);
      this.#deps.onFound({ ...found, facts: { ...found.facts, ...image } });
    } catch (error) {
      this.#deps.onError(error);
      const pause = AGAIN_MS[failures];
      if (pause !== undefined && !this.#stopped) this.#wantLater(id, failures + 1, pause);
    }
  }

  #wantLater(id: string, failures: number, pause: number): void {
    clearTimeout(this.#timers.get(id));
    const again = () => {
      this.#timers.delete(id);
      if (!this.#waiting.has(id)) this.want(id, failures);
    };
    this.#timers.set(id, setTimeout(again, pause));
  }

  async #imageOf(api: EngineApi, { imageId, facts }: EngineFacts) {
    if (imageId === '') return {};
    const reference = facts.image ?? '';
    const key = `${imageId} ${reference}`;
    const cached = this.#images.get(key);
    if (cached) return cached;
    // An image can be deleted while a container of it runs; its id still tells two images apart.
    const image = (await api.image(imageId, reference)) ?? { image: reference, imageDigest: imageId };
    if (this.#images.size >= MOST_IMAGES) this.#images.clear();
    this.#images.set(key, image);
    return image;
  }
}

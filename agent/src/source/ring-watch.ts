/** While events come, the rings are looked into this often, in ms; also the most that an event waits for company. */
const LOOK_MS = 4;
/** The same while many come, and how many bytes in a look are many. */
const BUSY_LOOK_MS = 10;
const BUSY_BYTES = 64 * 1024;
/** Looks in a row that find nothing before the watch goes to sleep. */
const QUIET_LOOKS = 8;

/**
 * When to look into the rings. A wake by the kernel costs some 100 us with all that follows, reading one more record 20 ns:
 * so while events come, a timer looks and the kernel is told not to wake for them. When nothing came for a while the
 * watch sleeps, and the next record wakes it at once: an idle agent costs nothing and answers fastest.
 */
export class RingWatch {
  readonly #tell: (asleep: boolean) => void;
  #onReady: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = 0;
  #quiet = 0;
  #found = 0;
  #asleep = false;
  #stopped = false;

  /** @param tell says to the kernel whether the next record must wake */
  constructor(tell: (asleep: boolean) => void) {
    this.#tell = tell;
  }

  start(onReady: () => void): void {
    this.#onReady = onReady;
    this.#tell(false);
    this.#plan(LOOK_MS);
  }

  /** The kernel woke us: there is something, now or as soon as the last look is a moment ago. */
  wake(): void {
    if (this.#stopped) return;
    this.#quiet = 0;
    if (this.#asleep) this.#sleep(false);
    const rested = performance.now() - this.#lookedAt;
    if (rested >= this.#pause) this.#look();
    else if (!this.#timer) this.#plan(this.#pause - rested);
  }

  /** The look found something. */
  found(bytes: number): void {
    this.#quiet = 0;
    this.#found += bytes;
  }

  get #pause(): number {
    return this.#found >= BUSY_BYTES ? BUSY_LOOK_MS : LOOK_MS;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #look(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#quiet++;
    this.#found = 0;
    this.#onReady();
    this.#lookedAt = performance.now();
    if (this.#stopped) return;
    if (this.#quiet < QUIET_LOOKS) this.#plan(this.#pause);
    else if (!this.#asleep) {
      this.#sleep(true);
      // once more, for what came while the kernel was being told
      this.#plan(LOOK_MS);
    }
  }

  #sleep(asleep: boolean): void {
    this.#asleep = asleep;
    this.#tell(asleep);
  }

  #plan(ms: number): void {
    if (!this.#stopped) this.#timer = setTimeout(() => this.#look(), ms);
  }
}

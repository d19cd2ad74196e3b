/** Time of the clock and of this thread's CPU, in ms. */
export class Stopwatch {
  readonly #began = performance.now();
  readonly #cpu = process.threadCpuUsage();

  stop(): { readonly ms: number; readonly cpuMs: number } {
    const { user, system } = process.threadCpuUsage(this.#cpu);
    return { ms: performance.now() - this.#began, cpuMs: (user + system) / 1000 };
  }
}

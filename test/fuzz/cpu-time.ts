/**
 * Milliseconds of processor time that a call takes in this thread: what else the machine does is not in it. A call that
 * takes longer than `limit` is tried twice more, for compilation and collection of garbage fall on some call.
 * @returns the least of the tries, and what the first one returned
 */
export function timed<T>(call: () => T, limit: number): { readonly ms: number; readonly result: T } {
  const from = process.threadCpuUsage();
  const result = call();
  let ms = since(from);
  for (let i = 0; i < 2 && ms > limit; i++) {
    const again = process.threadCpuUsage();
    call();
    ms = Math.min(ms, since(again));
  }
  return { ms, result };
}

function since(from: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / 1000;
}

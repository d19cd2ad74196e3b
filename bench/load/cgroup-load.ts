import { spawn } from 'node:child_process';

/** What the load generator says it did (see load.c). */
export interface LoadReport {
  readonly kind: string;
  readonly opens: number;
  readonly failures: number;
  readonly connects: number;
  readonly forks: number;
  readonly calls: number;
  readonly ns: number;
  /** CPU time of the generator and the processes it made. */
  readonly cpu_ns: number;
}

/**
 * Runs a load generator inside a cgroup.
 * @param args as its source says
 * @returns what it prints
 * @throws Error with what the generator said when it fails
 */
export async function runLoad<T = LoadReport>(
  program: string,
  cgroup: string,
  args: readonly (string | number)[],
): Promise<T> {
  const script = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
  const child = spawn('/bin/sh', ['-c', script, cgroup, program, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`the load generator failed (${code}): ${stderr.trim()}`);
  return JSON.parse(stdout) as T;
}

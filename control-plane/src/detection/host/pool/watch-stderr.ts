import type { ChildProcess } from 'node:child_process';

const MAX_LINE = 500;
const MOST_LINES = 50;
/** Node says a few KiB when it dies. Reading more than this is work that a process makes for the control plane. */
const MOST_CHARACTERS = 1 << 20;

/**
 * Hands on what a child writes to stderr, line by line: each cut, and at most 50; how many more there were is said at
 * its end. A child that does not stop is ended.
 */
export function watchStderr(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = '';
  let lines = 0;
  let characters = 0;
  const take = (line: string): void => {
    if (line.trim() === '') return;
    if (++lines <= MOST_LINES) onLine(line.slice(0, MAX_LINE));
  };
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    characters += piece.length;
    if (characters > MOST_CHARACTERS) {
      child.stderr?.destroy();
      child.kill('SIGKILL');
    }
    const parts = (rest + piece).split('\n');
    rest = (parts.pop() ?? '').slice(0, MAX_LINE);
    for (const line of parts) take(line);
  });
  child.once('close', () => {
    take(rest);
    if (lines > MOST_LINES) onLine(`and ${lines - MOST_LINES} lines more`);
  });
}

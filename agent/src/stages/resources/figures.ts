/** Places in the figures of a container. */
export const Figure = {
  /** Counters, from the making of the cgroup on: CPU time in microseconds, periods cut short, bytes. */
  cpu: 0,
  throttled: 1,
  read: 2,
  written: 3,
  received: 4,
  sent: 5,
  /** What is now: bytes, tasks. */
  memory: 6,
  pids: 7,
  size: 8,
} as const;

/** Counters come before it; what stands from here on is no sum. */
export const FIRST_LEVEL: number = Figure.memory;

/** Reads the text of a control file into the figures. */
export type FigureReader = (text: string, out: Float64Array) => void;

/** `cpu.stat` of v2; the throttling is there only where the controller is. */
export const cpuStat: FigureReader = (text, out) => {
  out[Figure.cpu] = lineValue(text, 'usage_usec');
  if (text.includes('nr_throttled')) out[Figure.throttled] = lineValue(text, 'nr_throttled');
};

/** `cpu.stat` of v1. */
export const cpuStatV1: FigureReader = (text, out) => {
  out[Figure.throttled] = lineValue(text, 'nr_throttled');
};

/** `memory.current`, `memory.usage_in_bytes`. */
export const memory: FigureReader = (text, out) => {
  out[Figure.memory] = wholeNumber(text);
};

/** `pids.current`. */
export const pids: FigureReader = (text, out) => {
  out[Figure.pids] = wholeNumber(text);
};

/** `io.stat` of v2: a line a device, `8:0 rbytes=1 wbytes=2 …`. */
export const ioStat: FigureReader = (text, out) => {
  out[Figure.read] = sumOf(text, / rbytes=(\d+)/g);
  out[Figure.written] = sumOf(text, / wbytes=(\d+)/g);
};

/** `blkio.throttle.io_service_bytes_recursive` of v1: `8:0 Read 1`, `8:0 Write 2`, … and a total. */
export const blkio: FigureReader = (text, out) => {
  out[Figure.read] = sumOf(text, / Read (\d+)/g);
  out[Figure.written] = sumOf(text, / Write (\d+)/g);
};

function lineValue(text: string, key: string): number {
  const at = `\n${text}`.indexOf(`\n${key} `);
  return at < 0 ? 0 : wholeNumber(text.slice(at + key.length + 1));
}

/** The digits that a text begins with; 0 without any. */
const wholeNumber = (text: string) => Number.parseInt(text, 10) || 0;

function sumOf(text: string, pattern: RegExp): number {
  let sum = 0;
  for (const match of text.matchAll(pattern)) sum += Number(match[1]);
  return sum;
}

/** The steady load of a container, and the connection it holds on to. Times are ns since 1970. */
@unmanaged
export class Load {
  /** Begin and end of the run of windows with steady load; 0 when there is none. */
  since: u64;
  until: u64;
  /** Sums of the run: ns of processor and of time, bytes of disk and network. */
  cpu: u64;
  span: u64;
  disk: u64;
  network: u64;
  /** The newest connection to what looks like a pool; `connected` is 0 when there is none. */
  connected: u64;
  socket: u64;
  ipHigh: u64;
  ipLow: u64;
  port: u16;
  localPort: u16;
  /** Whether the address came with a name that sounds like a pool. */
  named: u8;
  /** Whether the run was told. */
  told: u8;
  unused: u16;
}

/** One window of the resources of a container. */
export class Window {
  from: u64 = 0;
  to: u64 = 0;
  cpu: u64 = 0;
  disk: u64 = 0;
  network: u64 = 0;
  throttled: bool = false;
}

/** What makes a window part of a run. */
export class Limits {
  /** Thousandths of a processor. */
  load: u64 = 0;
  /** Hundredths that a window may differ. */
  steady: u64 = 0;
}

/** A longer time without a window ends a run, in ns. */
const LONGEST_GAP: u64 = 60_000_000_000;
/** A container that is held back by its limit computes as much as it may; below this it is not busy, in thousandths. */
const LEAST_THROTTLED: u64 = 100;

/** Takes a window; false when it is not one of steady load, and the run has ended. */
export function follow(load: Load, window: Window, limits: Limits): bool {
  const span = window.to - window.from;
  if (<i64>span <= 0) return load.since != 0;
  const rate = (window.cpu * 1000) / span;
  const busy = rate >= limits.load || (window.throttled && rate >= LEAST_THROTTLED);
  if (!busy) {
    load.since = 0;
    return false;
  }
  if (load.since == 0 || <i64>(window.from - load.until) > <i64>LONGEST_GAP || !isNear(load, rate, limits.steady))
    begin(load, window);
  load.until = window.to;
  load.cpu += window.cpu;
  load.span += span;
  load.disk += window.disk;
  load.network += window.network;
  return true;
}

function begin(load: Load, window: Window): void {
  load.since = window.from;
  load.cpu = 0;
  load.span = 0;
  load.disk = 0;
  load.network = 0;
  load.told = 0;
}

function isNear(load: Load, rate: u64, steady: u64): bool {
  const mean = meanOf(load);
  return (rate > mean ? rate - mean : mean - rate) * 100 <= mean * steady;
}

/** Mean load of the run in thousandths of a processor. */
export function meanOf(load: Load): u64 {
  return (load.cpu * 1000) / load.span;
}

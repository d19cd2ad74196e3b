import {
  batch,
  Config,
  endsWith,
  EventRecord,
  FileOpen,
  Finding,
  NetUnix,
  PerProcess,
  ProcessExec,
  ProcessExit,
  ProcessFork,
  processKey,
  Severity,
  startsWith,
  SyscallNotable,
} from '@picket/detector';
import { isRuntime, nameOf, scoreOf, Stage, stageOf, Step, stepOfCall, stepOfExec } from './steps';

const SECOND: u64 = 1_000_000_000;
const MILLISECOND: u64 = 1_000_000;
const MOST_STEPS = 12;

/** The chain of a process: its own steps and those of its ancestors before they made it. */
@unmanaged
class Line {
  /** Time of the first step, ns since 1970; 0 while there is none. */
  first: u64;
  /** The process of the first step. */
  root: u32;
  /** A bit for each kind of step, and for each stage. */
  steps: u32;
  stages: u32;
  score: i32;
  count: u32;
  told: u32;
}

/** Behind a line, for each step in their order: its kind, and ms since the first one. */
const ORDER: usize = offsetof<Line>();
const STEP_BYTES: usize = 8;
const LINE_BYTES: usize = ORDER + MOST_STEPS * STEP_BYTES;

let enough: i32 = 0;
let life: u64 = 0;
let hostPaths: string[] = [];
let sockets: string[] = [];
let lines!: PerProcess<Line>;
/**
 * Those of ended processes: the kernel keeps opens apart from exits, so that an open is often handed in behind the exit.
 * No process is in both tables.
 */
let ended!: PerProcess<Line>;
const copy = memory.data(128, 8);

export function onInit(config: Config): void {
  enough = <i32>config.integer('score', 5, 2, 20);
  life = <u64>config.integer('seconds', 600, 1, 86400) * SECOND;
  hostPaths = config.list(
    'host_paths',
    '/host/,/hostfs/,/rootfs/,/proc/1/root/,/var/lib/kubelet/,/var/lib/docker/,/var/lib/containerd/,/etc/kubernetes/,/proc/sys/kernel/core_pattern,/proc/sysrq-trigger,/dev/sd,/dev/vd,/dev/xvd,/dev/nvme,/dev/dm-,/dev/mem,/dev/kmem',
  );
  sockets = config.list('sockets', 'docker.sock,containerd.sock,crio.sock,podman.sock');
  const keys = <i32>config.integer('keys', 4096, 16, 65536);
  lines = new PerProcess<Line>(keys, life, MOST_STEPS * STEP_BYTES);
  ended = new PerProcess<Line>(max(keys >> 2, 16), life, MOST_STEPS * STEP_BYTES);
}

/** A child goes on with the chain of its parent; it does not add to it. */
export function onProcessFork(e: ProcessFork): void {
  if (e.slot == 0) return;
  const parent = lineAt(((<u64>batch.nodeKey) << 32) | <u64>e.ppid, e.parent_start);
  if (parent === null || parent.count == 0) return;
  // To make room for the child the parent may have to go.
  memory.copy(copy, changetype<usize>(parent), LINE_BYTES);
  ended.forget(e);
  memory.copy(changetype<usize>(lines.of(e)), copy, LINE_BYTES);
}

export function onProcessExit(e: ProcessExit): void {
  if (e.slot != 0) move(e, lines, ended);
}

function move(e: EventRecord, from: PerProcess<Line>, to: PerProcess<Line>): void {
  const line = from.peek(processKey(e), e.start);
  if (line === null) return;
  memory.copy(copy, changetype<usize>(line), LINE_BYTES);
  from.forget(e);
  memory.copy(changetype<usize>(to.of(e)), copy, LINE_BYTES);
}

function lineAt(process: u64, start: u64): Line | null {
  const line = lines.peek(process, start);
  return line === null ? ended.peek(process, start) : line;
}

export function onProcessExec(e: ProcessExec): void {
  if (e.slot == 0) return;
  const step = stepOfExec(e);
  if (step != Step.None) take(e, step, e.path);
}

export function onSyscallNotable(e: SyscallNotable): void {
  if (e.slot == 0) return;
  const step = stepOfCall(e);
  if (step == Step.None || (!isOnLine(e) && isRuntime(e))) return;
  take(e, step, e.target_length > 0 ? e.target : e.path);
}

// To reach for the host is a step of a chain only: by itself it is what agents and backups do, and rules tell of it.
export function onNetUnix(e: NetUnix): void {
  if (e.slot == 0 || e.result < 0 || e.abstract != 0 || !isOnLine(e)) return;
  for (let i = 0; i < sockets.length; i++)
    if (endsWith(e.path_at, e.path_length, sockets[i])) return take(e, Step.RuntimeSocket, e.path);
}

export function onFileOpen(e: FileOpen): void {
  if (e.slot == 0 || e.result < 0 || !isOnLine(e)) return;
  for (let i = 0; i < hostPaths.length; i++)
    if (startsWith(e.path_at, e.path_length, hostPaths[i])) return take(e, Step.HostFile, e.path);
  if (endsWith(e.path_at, e.path_length, '/release_agent')) take(e, Step.HostFile, e.path);
}

function isOnLine(e: EventRecord): bool {
  const line = lineAt(processKey(e), e.start);
  return line !== null && line.count > 0 && <i64>(batch.wallTime(e) - line.first) <= <i64>life;
}

function take(e: EventRecord, step: Step, what: string): void {
  const now = batch.wallTime(e);
  move(e, ended, lines);
  const line = lines.of(e);
  if (line.count == 0 || <i64>(now - line.first) > <i64>life) {
    memory.fill(changetype<usize>(line), 0, LINE_BYTES);
    line.first = now;
    line.root = e.tgid;
  }
  if ((line.steps & (1 << step)) != 0) return;
  line.score += scoreOf(step, line.steps);
  line.steps |= 1 << step;
  line.stages |= 1 << stageOf(step);
  const at = changetype<usize>(line) + ORDER + <usize>line.count * STEP_BYTES;
  store<u32>(at, step);
  store<u32>(at, <u32>(max<i64>(0, <i64>(now - line.first)) / MILLISECOND), 4);
  line.count++;
  if (line.told != 0 || line.score < enough || (line.stages & (line.stages - 1)) == 0) return;
  line.told = 1;
  report(line, what);
}

function report(line: Line, what: string): void {
  const finding = new Finding('Privilege escalation', Severity.Critical).group(`chain of process ${line.root}`);
  let said = '';
  for (let i: u32 = 0; i < line.count; i++) {
    const at = changetype<usize>(line) + ORDER + <usize>i * STEP_BYTES;
    const name = nameOf(load<u32>(at));
    said += i == 0 ? name : `, ${name}`;
    finding.field(`step_${i + 1}`, `${name}, ${load<u32>(at, 4)} ms after the first`);
  }
  finding.message(`${said}; begun by process ${line.root}, the last by ${what}`).field('score', line.score.toString()).emit();
}

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ControlPlaneError } from '../../../errors.ts';
import { type Confinement, readReport, unconfined } from './confinement.ts';
import { OPENSSL_CONFIG } from './copy-code.ts';
import { type Entry, entryFile, hostCode } from './host-code.ts';
import { giveUid, takeUid } from './host-uids.ts';

export interface ConfinedOptions {
  readonly entry: Entry;
  readonly args?: readonly string[];
  /** Options of Node, as --max-old-space-size. */
  readonly nodeOptions?: readonly string[];
  /** Open descriptors of the child from 4 on, each a stream in both directions. */
  readonly channels?: number;
  /** Whether stdin and stdout are pipes; otherwise they lead nowhere. */
  readonly standard?: boolean;
  /** Private memory that it may write, bytes. */
  readonly dataBytes: number;
  /** Refuse to start when a confinement is missing. */
  readonly required?: boolean;
  /** The launcher picket-sandbox; that of the project's own build by default. */
  readonly launcher?: string;
}

export interface ConfinedProcess {
  readonly child: ChildProcess;
  readonly channels: readonly Socket[];
  readonly uid: number;
  /** Settles when the program of the child runs, or will never. */
  readonly confined: Promise<Confinement>;
}

export const LAUNCHER: string = fileURLToPath(new URL('../../../../../native/build/picket-sandbox', import.meta.url));
/** Where the libraries of Node come from; folders that a machine does not have are passed over. */
const LIBRARIES: readonly string[] = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib'];
const REPORT_FD = 3;
const FIRST_CHANNEL = 4;
const MAX_REPORT = 16_384;

/** Descriptor of a channel in the child. */
export const channelFd = (index: number): number => FIRST_CHANNEL + index;

/**
 * Starts code of this program in a process that can compute and speak over its descriptors and nothing else. What the
 * machine does not allow is said in `confined`.
 * @throws ControlPlaneError DETECTOR_CONFINEMENT when all of it is required and there is no launcher
 */
export function spawnConfined(options: ConfinedOptions): ConfinedProcess {
  const launcher = options.launcher ?? LAUNCHER;
  const withLauncher = existsSync(launcher);
  if (options.required && !withLauncher) throw notAsRequired(noLauncher(launcher));
  const code = hostCode();
  const channels = options.channels ?? 0;
  const program = [process.execPath, ...nodeArguments(options, code), entryFile(code, options.entry)];
  const command = [...program, ...(options.args ?? [])];
  const standard = options.standard ? 'pipe' : 'ignore';
  const stdio = [standard, standard, 'pipe', ...Array.from({ length: channels + 1 }, () => 'pipe' as const)] as const;
  const uid = withLauncher ? takeUid() : undefined;
  const [file = '', ...args] = withLauncher
    ? [launcher, ...launcherArguments(options, uid, code), '--', ...command]
    : command;
  // In a session of its own: Ctrl-C in the terminal is for the control plane, which still has checkpoints to write.
  const child = spawn(file, args, { env: {}, cwd: '/', stdio: [...stdio], detached: true });
  child.once('exit', () => giveUid(uid));
  child.once('error', () => giveUid(uid));
  const report = child.stdio[REPORT_FD] as Socket;
  return {
    child,
    channels: child.stdio.slice(FIRST_CHANNEL, FIRST_CHANNEL + channels) as Socket[],
    uid: uid ?? process.getuid?.() ?? 0,
    confined: withLauncher ? reported(report) : notConfined(report, launcher),
  };
}

function nodeArguments(options: ConfinedOptions, code: ReturnType<typeof hostCode>): string[] {
  const readable = [code.folder, ...code.packages].map((folder) => `--allow-fs-read=${folder}`);
  const plain = [
    '--permission',
    '--allow-worker',
    '--no-warnings',
    `--openssl-config=${join(code.folder, OPENSSL_CONFIG)}`,
  ];
  return [...plain, ...readable, ...(options.nodeOptions ?? [])];
}

function launcherArguments(options: ConfinedOptions, uid: number | undefined, code: ReturnType<typeof hostCode>) {
  const fds = Array.from({ length: options.channels ?? 0 }, (_, index) => channelFd(index));
  return [
    ...(uid === undefined ? [] : ['--uid', String(uid)]),
    ...(options.required ? ['--required'] : []),
    ...['--parent', String(process.pid), '--report', String(REPORT_FD), '--root', code.root],
    ...['--data', String(options.dataBytes)],
    ...fds.flatMap((fd) => ['--keep', String(fd)]),
    ...[process.execPath, ...LIBRARIES].flatMap((path) => ['--program', path]),
    ...[code.folder, ...code.packages].flatMap((path) => ['--path', path]),
  ];
}

/** The descriptor closes when the program takes over, or with the process. */
function reported(report: Socket): Promise<Confinement> {
  return new Promise((resolve) => {
    let text = '';
    report.setEncoding('latin1').on('data', (piece: string) => {
      text = (text + piece).slice(0, MAX_REPORT);
    });
    report.on('error', () => {});
    report.once('close', () => resolve(readReport(text)));
  });
}

function notConfined(report: Socket, launcher: string): Promise<Confinement> {
  report.on('error', () => {});
  report.destroy();
  return Promise.resolve(unconfined(noLauncher(launcher)));
}

const noLauncher = (path: string) => `there is no launcher at ${path}: build it with npm run build`;

/** Nothing runs: what the administrator asks for can not be had. */
export const notAsRequired = (why: string): ControlPlaneError =>
  new ControlPlaneError('DETECTOR_CONFINEMENT', `a process for detectors can not be confined as required: ${why}`);

import { createPrivateKey, sign } from 'node:crypto';
import { type Log, messageOf } from '@picket/sdk';
import { type DetectorUpload, detectorVersionId, PERMISSIONS, type Permission } from '@picket/sdk/client';
import type { DetectorActor, DetectorLifecycle } from '../../api/detectors/detector-lifecycle.ts';
import type { DetectorProgram } from '../../detection/detectors/live-detector.ts';
import type { DetectorLogLine, DetectorStats } from '../../detection/detectors/runtime-contract.ts';
import { CompileFailed } from '../../detection/host/compile/compile-failed.ts';
import { guardModule } from '../../detection/host/guard/guard-module.ts';
import { assemble } from '../../detection/host/testing/assemble.ts';
import { guestText } from '../../detection/host/testing/guest-text.ts';
import { readManifest } from '../../detection/manifest/read-manifest.ts';
import type { Store } from '../../store/store.ts';
import { type DetectorLife, startDetectorLife } from '../detector-life.ts';
import type { DetectorNotices } from '../detector-notices.ts';
import { DEFAULT_DETECTOR_POLICY, type DetectorPolicy } from '../detector-policy.ts';

/** The life of detectors on a real store, with the guard in this process and a compiler that knows one source. */
export interface TestDetectorLife extends DetectorLife {
  readonly logged: string[];
  /** Every program that was handed out. */
  readonly programs: DetectorProgram[];
  /** What runs now, as name, stage and version. */
  running(): string[];
  /** What the runtime would tell. */
  readonly stats: DetectorStats[];
  readonly logs: Map<string, DetectorLogLine[]>;
  /** Versions whose quarantine was ended. */
  readonly resumed: string[];
  /** Versions with a clean backtest. */
  readonly proven: Set<string>;
  /** How often an upload was checked. */
  checks: number;
  advance(ms: number): void;
}

export interface TestDetectorLifeOptions {
  readonly policy?: Partial<DetectorPolicy>;
  /** Shared by several control planes. */
  readonly notices?: DetectorNotices;
  readonly replica?: string;
}

/** Notices within one process. */
export function localDetectorNotices(): DetectorNotices {
  const listeners: ((resume: string | undefined) => void)[] = [];
  return {
    notify: (resume) => {
      for (const listener of listeners) listener(resume);
    },
    listen: (listener) => void listeners.push(listener),
  };
}

export async function openTestDetectorLife(
  store: Store,
  { policy, notices = localDetectorNotices(), replica = 'replica-1' }: TestDetectorLifeOptions = {},
): Promise<TestDetectorLife> {
  const logged: string[] = [];
  const say = (message: string, fields: unknown = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: say, info: say, warn: say, error: say };
  let skew = 0;
  const test = {
    ...{ logged, checks: 0, stats: [] as DetectorStats[], logs: new Map<string, DetectorLogLine[]>() },
    ...{ resumed: [] as string[], proven: new Set<string>(), programs: [] as DetectorProgram[] },
    advance: (ms: number) => {
      skew += ms;
    },
    running: (): string[] =>
      (test.programs.at(-1)?.detectors ?? []).map(
        ({ name, stage, version, paused }) => `${name} ${stage} ${version}${paused ? ' paused' : ''}`,
      ),
  };
  const life = await startDetectorLife({
    ...{ store, notices, replica, log, now: () => Date.now() + skew },
    policy: { ...DEFAULT_DETECTOR_POLICY, ...policy },
    runtime: {
      stats: () => test.stats,
      logs: (id, after = 0) => (test.logs.get(id) ?? []).filter(({ number }) => number > after),
      resume: (id) => test.resumed.push(id) > 0,
    },
    backtests: { hasCleanBacktest: async (id) => test.proven.has(id) },
    compiler: { compile: async (sources) => ({ module: await compiled(sources['main.ts'] ?? ''), encoding: 'utf16' }) },
    check: async (file, { capabilities, encoding, limits = {} }) => {
      test.checks++;
      return { ...guardModule(file, { capabilities, limits }), encoding };
    },
  });
  life.onProgram((program) => test.programs.push(program));
  return Object.assign(test, life);
}

/** Opens lives, each on an empty store where none is given; `closeAll` ends them after each test. */
export function detectorLives(openStore: () => Promise<Store>): {
  open: (
    options?: TestDetectorLifeOptions,
    store?: Store,
  ) => Promise<{ store: Store; life: TestDetectorLife; does: DetectorLifecycle; running: () => string[] }>;
  closeAll: () => Promise<void>;
} {
  const lives: TestDetectorLife[] = [];
  return {
    async open(options, given) {
      const store = given ?? (await openStore());
      const life = await openTestDetectorLife(store, options);
      lives.push(life);
      return { store, life, does: life.lifecycle, running: life.running };
    },
    async closeAll() {
      for (const life of lives.splice(0)) await life.stop();
    },
  };
}

/** A source is the WebAssembly text of the module itself; one with `bad` in it does not compile. */
async function compiled(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = 'main.ts';
  if (text.includes('bad'))
    throw new CompileFailed('DETECTOR_COMPILE_ERROR', `${file}:3:5: no such name`, [
      { file, line: 3, column: 5, message: 'no such name', code: 2304 },
      { file: 'lib/a.ts', line: 1, column: 1, message: 'another', code: 1 },
    ]);
  try {
    return new Uint8Array(await assemble(text));
  } catch (error) {
    throw new CompileFailed('DETECTOR_COMPILER_ENDED', messageOf(error));
  }
}

export const AUTHOR: readonly Permission[] = ['read', 'detectors.upload', 'detectors.shadow'];

/** Somebody who may do everything, or what is said. */
export const actorWith = (
  id: string,
  permissions: readonly Permission[] = PERMISSIONS,
  scope: string[] | null = null,
) => ({ id, permissions, scope }) satisfies DetectorActor;

/** A manifest; further lines go at its end. */
export const manifestOf = (id: string, version = '1.0.0', more = ''): string =>
  `id: ${id}\nversion: ${version}\nsummary: What it finds.\nkinds: [process.exec, net.connect]\nseverity: warning\n${more}`;

type Upload = DetectorUpload & { run: boolean };

/** An upload of a source that compiles; `parts` of the guest make it another one. */
export const uploadOf = (manifest: string, parts: Parameters<typeof guestText>[0] = {}): Upload => ({
  manifest,
  source: { files: { 'main.ts': guestText(parts) } },
  run: true,
});

/** A signature as a server with the key asks for it. @param key private, PEM */
export async function signed(upload: Upload, key: string): Promise<Upload> {
  const { source } = upload;
  if (!source) throw new Error('only sources are signed here');
  const id = await detectorVersionId(readManifest(upload.manifest), { kind: 'source', files: source.files });
  return { ...upload, signature: sign(null, Buffer.from(id, 'hex'), createPrivateKey(key)).toString('base64') };
}

import { createHash } from 'node:crypto';
import type { Log } from '@picket/sdk';
import { ControlPlaneError } from '../../../errors.ts';
import type { Artifact } from '../artifact/take-artifact.ts';
import type { Capability } from '../guard/detector-world.ts';
import type { GuardLimits } from '../guard/guard-limits.ts';
import type { TextEncoding } from '../instance/guest-memory.ts';
import { encodeFrame, FrameError, FrameKind } from '../process/frame.ts';
import type { ValidateMessage } from '../process/validate-message.ts';
import { type ConfinedProcess, channelFd, spawnConfined } from '../sandbox/spawn-confined.ts';
import { FrameStream, type ReceivedFrame } from './frame-stream.ts';
import type { HostedDetector, HostReply } from './host-contract.ts';
import { runMessage } from './open-frame.ts';
import { replyOf } from './reply-of.ts';
import { refusalOf, Validated } from './validated.ts';
import { watchStderr } from './watch-stderr.ts';

export interface ValidateOptions {
  readonly capabilities: readonly Capability[];
  /** Text encoding of a bare core module, from the manifest. */
  readonly encoding: TextEncoding;
  readonly limits?: Partial<GuardLimits>;
  /** Start it with this configuration and give it an empty batch. */
  readonly smoke?: Pick<HostedDetector, 'config' | 'capabilities' | 'limits' | 'deadlineMs' | 'stateBytes'>;
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** Private memory of the process. Default 2 GiB. */
  readonly memoryBytes?: number;
  readonly confinement?: 'required' | 'warn';
  readonly launcher?: string;
  readonly log?: Pick<Log, 'warn'>;
}

export interface ValidatedArtifact extends Artifact {
  /** sha256 of the guarded module in hex. */
  readonly hash: string;
  /** What init, and the empty batch, came to; empty when it was not run. An error of the first refuses the configuration. */
  readonly smoke: readonly HostReply[];
}

const TIMEOUT_MS = 10_000;
const MEMORY_BYTES = 2 * 1024 ** 3;

/**
 * Looks at an uploaded file in a process of its own, which is confined as those that run detectors, and gone afterwards.
 * @throws DetectorRefused with the byte of the file; DetectorFault when it was run and failed; ControlPlaneError
 * DETECTOR_VALIDATOR_ENDED when the process took too long or too much, DETECTOR_CONFINEMENT
 */
export async function validateArtifact(file: Uint8Array, options: ValidateOptions): Promise<ValidatedArtifact> {
  const confined = spawnConfined({
    entry: 'validate',
    args: [String(channelFd(0))],
    nodeOptions: ['--max-old-space-size=512'],
    channels: 1,
    dataBytes: options.memoryBytes ?? MEMORY_BYTES,
    required: options.confinement === 'required',
    ...(options.launcher !== undefined && { launcher: options.launcher }),
  });
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const timer = setTimeout(() => confined.child.kill('SIGKILL'), timeoutMs);
  try {
    const answer = answerOf(confined, options.log);
    const [channel] = confined.channels;
    for (const piece of request(file, options)) channel?.write(piece);
    return read(await answer);
  } catch (error) {
    if (error instanceof FrameError) throw endedEarly(`it said what can not be: ${error.message}`, error);
    throw error;
  } finally {
    clearTimeout(timer);
    confined.child.kill('SIGKILL');
  }
}

function request(file: Uint8Array, { capabilities, encoding, limits = {}, smoke }: ValidateOptions): Uint8Array[] {
  const json: ValidateMessage = { capabilities, encoding, limits, smoke: smoke && runMessage(smoke) };
  return encodeFrame({ kind: FrameKind.open, call: 1, instance: 1, json, parts: [file] });
}

/** The one frame that the process answers with. */
async function answerOf(confined: ConfinedProcess, log: ValidateOptions['log']): Promise<ReceivedFrame> {
  const { child, channels, confined: reported } = confined;
  let said = '';
  watchStderr(child, (line) => {
    said ||= line;
    log?.warn('a validator says', { line });
  });
  const answer = new Promise<ReceivedFrame>((resolve, reject) => {
    const stream = new FrameStream();
    channels[0]?.on('error', () => {});
    channels[0]?.on('data', (piece: Buffer) => {
      try {
        for (const frame of stream.take(piece)) resolve(frame);
      } catch (error) {
        reject(error);
      }
    });
    child.once('error', (error) => reject(endedEarly(error.message, error)));
    child.once('close', (_code, signal) =>
      reject(endedEarly(said || (signal === null ? 'it ended without an answer' : 'it took too long or too much'))),
    );
  });
  const [frame, { missing, failure }] = await Promise.all([answer.catch((error: Error) => error), reported]);
  if (failure?.startsWith('required') && missing.length > 0)
    throw new ControlPlaneError(
      'DETECTOR_CONFINEMENT',
      `a validator can not be confined as required: ${missing.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`,
    );
  if (frame instanceof Error) throw failure === undefined ? frame : endedEarly(failure, frame);
  return frame;
}

/** @throws FrameError, or what the process refuses the file for */
function read({ head, json, parts }: ReceivedFrame): ValidatedArtifact {
  if (head.kind === FrameKind.fault) throw refusalOf(json);
  const checked = Validated.safeParse(json);
  const [bytes] = parts;
  if (head.kind !== FrameKind.reply || !checked.success || !bytes) throw new FrameError('an answer of another form');
  const { smoke, ...rest } = checked.data;
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { ...rest, bytes, hash, smoke: smoke.map((reply) => replyOf(reply, 0)) };
}

const endedEarly = (why: string, cause?: unknown) =>
  new ControlPlaneError('DETECTOR_VALIDATOR_ENDED', `the detector could not be looked at: ${why}`, { cause });

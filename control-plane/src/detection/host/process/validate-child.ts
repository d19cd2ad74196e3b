import { takeArtifact } from '../artifact/take-artifact.ts';
import { DetectorRefused } from '../guard/detector-refused.ts';
import { DetectorFault } from '../instance/detector-fault.ts';
import { BlockingChannel } from './blocking-channel.ts';
import { boundedCalls } from './bounded-call.ts';
import { FrameKind } from './frame.ts';
import { HostedInstance } from './hosted-instance.ts';
import type { ReplyMessage } from './messages.ts';
import { RequestParts } from './request-parts.ts';
import type { RefusalMessage, ValidatedMessage, ValidateMessage } from './validate-message.ts';

/**
 * The process that looks at one uploaded file, answers, and ends. The engine and the component tools work here on bytes that
 * nobody has vouched for.
 */
const NOTHING = new Uint8Array(0);
const PRELUDE_BYTES = 80;
const EMPTY_BATCH = { prelude: emptyPrelude(), dictionary: NOTHING, records: NOTHING, count: 0 };

/** A batch of no node at no time: the schema is not looked at without records. */
function emptyPrelude(): Uint8Array {
  const prelude = new Uint8Array(PRELUDE_BYTES);
  const view = new DataView(prelude.buffer);
  view.setUint32(0, 0x31444b50, true);
  view.setUint32(8, PRELUDE_BYTES, true);
  return prelude;
}

async function validate(message: ValidateMessage, file: Uint8Array): Promise<[ValidatedMessage, Uint8Array]> {
  const { encoding, limits, smoke } = message;
  const artifact = await takeArtifact(file, { encoding, limits, capabilities: new Set(message.capabilities) });
  const { bytes, imports, exports, memory } = artifact;
  const said = smoke ? run(bytes, { ...smoke, encoding: artifact.encoding, hash: '' }) : [];
  return [{ encoding: artifact.encoding, imports, exports, memory, smoke: said }, bytes];
}

function run(bytes: Uint8Array, options: ConstructorParameters<typeof HostedInstance>[0]): ReplyMessage[] {
  const hosted = new HostedInstance(options, boundedCalls(true));
  const started = hosted.start(new WebAssembly.Module(bytes), NOTHING);
  return started.error === undefined ? [started, hosted.batch(EMPTY_BATCH, NOTHING)] : [started];
}

function refusalOf(error: unknown): RefusalMessage {
  if (error instanceof DetectorRefused) {
    const { code, offset, message } = error;
    return { code, offset, message: message.replace(/ \(byte \d+\)$/, '') };
  }
  if (error instanceof DetectorFault) return { code: error.code, message: error.message, offset: undefined };
  throw error;
}

const channel = new BlockingChannel(Number(process.argv[2]));
const head = channel.next();
const request = head && new RequestParts(channel).read(head);
if (head && request) {
  const answer = { call: head.call, instance: head.instance };
  try {
    const [json, bytes] = await validate(request.json as ValidateMessage, (request.parts[0] ?? NOTHING).slice());
    channel.write({ ...answer, kind: FrameKind.reply, json, parts: [bytes] });
  } catch (error) {
    channel.write({ ...answer, kind: FrameKind.fault, json: refusalOf(error) });
  }
}

import type { NatsConnection } from '@nats-io/transport-node';
import { BUS_OPTIONS, BUS_USAGE, connectBus } from '../bus/connect-bus.ts';
import { CaptureWriter } from '../capture/capture-file.ts';
import { DictionaryWatch } from '../capture/dictionary.ts';
import { type Command, type Io, positiveNumber } from '../command.ts';

/** Writes every batch that passes on the bus to a capture file, until it is stopped or the time is over. */
export const record: Command = {
  name: 'record',
  usage: `FILE [--seconds N] [--force] ${BUS_USAGE}`,
  summary: 'write the events on the bus to a capture file',
  options: { seconds: { type: 'string' }, force: { type: 'boolean' }, ...BUS_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const file = args.positionals[0] as string;
    const seconds = positiveNumber(args, 'seconds');
    const connection = await connectBus(config, args, 'subscriber');
    try {
      const writer = await CaptureWriter.create(file, args.flags.force === true);
      const { messages, lines } = await recordUntil(connection, writer, seconds, io);
      await writer.finish();
      io.out(`${file}: ${messages} batches, ${writer.bytes} bytes`);
      for (const line of lines) io.out(line);
      return 0;
    } finally {
      await connection.close();
    }
  },
};

async function recordUntil(
  connection: NatsConnection,
  writer: CaptureWriter,
  seconds: number | undefined,
  io: Io,
): Promise<{ messages: number; lines: string[] }> {
  const subscription = connection.subscribe('picket.events.>');
  await connection.flush();
  io.note(`recording${seconds ? ` for ${seconds} s` : '; Ctrl-C ends it'}`);
  const stop = () => void subscription.drain();
  const timer = seconds === undefined ? undefined : setTimeout(stop, seconds * 1000);
  io.signal.addEventListener('abort', stop, { once: true });
  void warnOfGaps(connection, io);
  const dictionary = new DictionaryWatch();
  let messages = 0;
  for await (const { subject, data } of subscription) {
    const batch = new Uint8Array(data);
    await writer.add({ subject, time: Date.now(), batch });
    dictionary.add(batch);
    messages++;
  }
  clearTimeout(timer);
  return { messages, lines: dictionary.report() };
}

/** Batches that were published while the connection was away are not in the recording: say when that happens. */
async function warnOfGaps(connection: NatsConnection, io: Io): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') io.note('the bus is away: what is published meanwhile is not recorded');
    if (status.type === 'reconnect') io.note('the bus is back, recording goes on');
    if (status.type === 'error') io.note(`the bus reports: ${status.error.message}`);
  }
}

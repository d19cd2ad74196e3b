import { connectToAgents } from '../bus/ask-snapshots.ts';
import { BUS_OPTIONS, BUS_USAGE, connectBus } from '../bus/connect-bus.ts';
import { CaptureWriter } from '../capture/capture-file.ts';
import { Recording } from '../capture/recording.ts';
import { type Command, positiveNumber } from '../command.ts';

/** Writes every batch that passes on the bus to a capture file, until it is stopped or the time is over. */
export const record: Command = {
  name: 'record',
  usage: `FILE [--seconds N] [--force] [--now] [--control-seed FILE] ${BUS_USAGE}`,
  summary: 'write the events on the bus to a capture file',
  options: {
    seconds: { type: 'string' },
    force: { type: 'boolean' },
    now: { type: 'boolean' },
    'control-seed': { type: 'string' },
    ...BUS_OPTIONS,
  },
  positionals: [1, 1],
  async run(config, args, io) {
    const file = args.positionals[0] as string;
    const seconds = positiveNumber(args, 'seconds');
    const connection = await connectBus(config, args, 'subscriber');
    try {
      const writer = await CaptureWriter.create(file, args.flags.force === true);
      const recording = new Recording(connection, writer, io);
      const agents = () => connectToAgents(config, args);
      try {
        await recording.run({ seconds, now: args.flags.now === true, agents });
        await writer.finish();
      } catch (error) {
        await writer.abandon();
        throw error;
      }
      io.out(`${file}: ${recording.batches} batches, ${writer.bytes} bytes`);
      for (const line of recording.dictionary.report()) io.out(line);
      return 0;
    } finally {
      await connection.close();
    }
  },
};

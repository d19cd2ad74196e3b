import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { CaptureError, messageOf } from '@picket/sdk';
import { BUS_OPTIONS, BUS_USAGE, connectBus } from '../bus/connect-bus.ts';
import { checkCapture, readCapture } from '../capture/capture-file.ts';
import { Pace } from '../capture/pace.ts';
import { isUnreadable, Rewriter } from '../capture/rewrite.ts';
import { type Arguments, type Command, type Io, positiveNumber } from '../command.ts';
import { CliError } from '../errors.ts';

/** Batches published and not acknowledged yet. */
const WINDOW = 32;

/** Publishes the batches of a capture, as if they happened now. */
export const replay: Command = {
  name: 'replay',
  usage: `FILE [--speed original|full|N] [--node NAME] [--partial] ${BUS_USAGE}`,
  summary: 'publish the events of a capture file',
  options: { speed: { type: 'string' }, node: { type: 'string' }, partial: { type: 'boolean' }, ...BUS_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const file = args.positionals[0] as string;
    const pace = new Pace(speedOf(args));
    const partial = args.flags.partial === true;
    await checkCapture(file, { partial });
    const connection = await connectBus(config, args, 'control-plane');
    try {
      const publisher = new Publisher(jetstream(connection), io);
      const rewriter = new Rewriter(Date.now(), args.text.node);
      io.note(`replaying ${file}`);
      try {
        for await (const message of readCapture(file)) {
          if (io.signal.aborted) break;
          await pace.until(message.time, io.signal);
          await publisher.publish(() => rewriter.rewrite(message));
        }
      } catch (error) {
        if (!partial || !isTruncated(error)) throw error;
        io.note(error.message);
      } finally {
        // Also when it is cut short: what was taken counts.
        await publisher.finish();
        io.out(publisher.summary());
      }
      return 0;
    } finally {
      await connection.close();
    }
  },
};

/** How many times faster than it was recorded. `max` is an older word for `full`. */
function speedOf(args: Arguments): number {
  const { speed } = args.text;
  if (speed === 'full' || speed === 'max') return Number.POSITIVE_INFINITY;
  return speed === 'original' ? 1 : (positiveNumber(args, 'speed') ?? 1);
}

const isTruncated = (error: unknown): error is CaptureError =>
  error instanceof CaptureError && error.code === 'CAPTURE_TRUNCATED';

class Publisher {
  readonly #stream: JetStreamClient;
  readonly #io: Io;
  readonly #underWay: Promise<unknown>[] = [];
  #published = 0;
  #unreadable = 0;

  constructor(stream: JetStreamClient, io: Io) {
    this.#stream = stream;
    this.#io = io;
  }

  /** Publishes a message; waits while too many are not acknowledged. One that holds no batch is counted and said. */
  async publish(make: () => ReturnType<Rewriter['rewrite']>): Promise<void> {
    let message: Awaited<ReturnType<typeof make>>;
    try {
      message = await make();
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.#unreadable++;
      this.#io.note(`left out: ${error.message}`);
      return;
    }
    const ack = this.#stream.publish(message.subject, message.batch, { msgID: message.id, timeout: 30_000 });
    // Awaited later, in order; until then a refusal must not count as unhandled.
    ack.catch(() => undefined);
    this.#underWay.push(ack);
    if (this.#underWay.length >= WINDOW) await this.#oldest();
  }

  /** Waits until everything is acknowledged. */
  async finish(): Promise<void> {
    while (this.#underWay.length > 0) await this.#oldest();
  }

  async #oldest(): Promise<void> {
    try {
      await this.#underWay.shift();
      this.#published++;
    } catch (cause) {
      this.#underWay.length = 0;
      const why = `the bus did not take batch ${this.#published + 1} (${messageOf(cause)})`;
      throw new CliError('BUS_UNAVAILABLE', `${why}: is the control plane running?`, { cause });
    }
  }

  summary(): string {
    const left = this.#unreadable > 0 ? `, ${this.#unreadable} left out because they hold no batch` : '';
    return `${this.#published} batches published${left}`;
  }
}

import { type LaunchOptions, launchNats } from '../nats/launch.ts';
import type { Ending, Part, Run } from './service.ts';

/** The NATS server as a part: always on the same port, so that the others find it again. */
export class NatsPart implements Part {
  readonly name = 'nats-server';
  readonly #options: LaunchOptions & { readonly port: number };

  constructor(options: LaunchOptions & { readonly port: number }) {
    this.#options = options;
  }

  async launch(): Promise<Run> {
    let end: (ending: Ending) => void = () => undefined;
    const ended = new Promise<Ending>((resolve) => {
      end = resolve;
    });
    const server = await launchNats({
      ...this.#options,
      onExit: ({ code, signal, stderr }) =>
        end({ how: signal ? `signal ${signal}` : `code ${code}`, said: stderr.split('\n').slice(-5).join('\n') }),
    });
    const stop = async () => {
      await server.stop();
      end({ how: 'code 0', said: '' });
    };
    return { ended, stop };
  }
}

import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { commandSubject, type Log, messageOf, PicketError } from '@picket/sdk';
import { AgentError } from '../errors.ts';

/** What a command does: takes the whole request, answers with a JSON object. */
export type CommandHandlers = Readonly<Record<string, (request: CommandRequest) => Promise<object> | object>>;

/** A request as it came: only `command` has been looked at. */
export interface CommandRequest {
  readonly command: string;
  readonly [more: string]: unknown;
}

const MOST_BYTES = 512 * 1024;

/**
 * Answers requests `{"command": NAME}` on the command subject of the node with `{"ok": true, ...}` or
 * `{"ok": false, "error": {"code", "message"}}`.
 */
export class Commands {
  readonly #subject: string;
  readonly #handlers: CommandHandlers;
  readonly #log: Log;

  constructor(token: string, handlers: CommandHandlers, log: Log) {
    this.#subject = commandSubject(token);
    this.#handlers = handlers;
    this.#log = log;
  }

  up(connection: NatsConnection): void {
    connection.subscribe(this.#subject, { callback: (_, message) => void this.#serve(message) });
  }

  /** The subscription ends with its connection. */
  down(): void {}

  async #serve(message: Msg): Promise<void> {
    const answer = await this.#answer(message.data);
    // The connection may have gone while the command ran; who asked has a timeout.
    if (!message.respond(JSON.stringify(answer))) this.#log.debug('a command came without a reply subject');
  }

  async #answer(request: Uint8Array): Promise<object> {
    try {
      const read = readRequest(request);
      return { ok: true, ...(await this.#handlerOf(read.command)(read)) };
    } catch (error) {
      const code = error instanceof PicketError ? error.code : 'COMMAND_FAILED';
      this.#log.warn('a command was not carried out', { code, why: messageOf(error) });
      return { ok: false, error: { code, message: messageOf(error) } };
    }
  }

  #handlerOf(name: string): (request: CommandRequest) => Promise<object> | object {
    const handler = Object.hasOwn(this.#handlers, name) ? this.#handlers[name] : undefined;
    if (handler) return handler;
    const known = Object.keys(this.#handlers).join(', ');
    throw new AgentError('COMMAND_UNKNOWN', `the agent knows no command ${JSON.stringify(name)}: it knows ${known}`);
  }
}

function readRequest(request: Uint8Array): CommandRequest {
  if (request.length > MOST_BYTES)
    throw new AgentError(
      'COMMAND_INVALID',
      `a command of ${request.length} bytes is too long: send at most ${MOST_BYTES}`,
    );
  try {
    const body: unknown = JSON.parse(Buffer.from(request).toString('utf8'));
    const { command } = (body ?? {}) as { command?: unknown };
    if (typeof command === 'string') return { ...(body as object), command: command.slice(0, 64) };
  } catch (cause) {
    throw new AgentError('COMMAND_INVALID', `a command must be JSON (${messageOf(cause)})`, { cause });
  }
  throw new AgentError('COMMAND_INVALID', 'a command must be a JSON object with the text "command"');
}

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What was asked, with its body. */
export interface Asked {
  readonly call: string;
  readonly body: unknown;
}

type Answer = (body: unknown) => { readonly status?: number; readonly body?: unknown };

/** A server that answers calls with what a test says, for what the command makes of answers. */
export class FakeApi {
  readonly asked: Asked[] = [];
  readonly #answers = new Map<string, Answer>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const call = `${request.method} ${(request.url ?? '').replace('/api/v1', '')}`;
      const body = await bodyOf(request);
      this.asked.push({ call, body });
      const answer = this.#answers.get(call) ?? this.#answers.get(call.replace(/\?.*/, ''));
      const said = answer?.(body) ?? problem(404, 'NOT_FOUND', `there is no ${call}`);
      response.writeHead(said.status ?? 200, { 'content-type': 'application/json' });
      response.end(said.body === undefined ? undefined : JSON.stringify(said.body));
    });
  }

  static async start(): Promise<FakeApi> {
    const api = new FakeApi();
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @param call method and path below /api/v1, with or without its query */
  on(call: string, answer: Answer): void {
    this.#answers.set(call, answer);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** An answer that says what is wrong. */
export const problem = (status: number, code: string, detail: string, errors?: readonly object[]) => ({
  status,
  body: { type: 'about:blank', title: 'Refused', status, code, detail, request_id: 'r1', ...(errors && { errors }) },
});

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return pieces.length === 0 ? undefined : JSON.parse(Buffer.concat(pieces).toString());
}

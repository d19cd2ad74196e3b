import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type Alert, PRIORITIES } from '@picket/sdk';
import type { ContainerInfo, NodeInfo, RuleList, WhoAmI } from '@picket/sdk/client';

/**
 * A stand-in for the API, for the browser check only. What is checked here is what the page does with answers that
 * the real server gives rarely and not on demand: broken connections, floods, an ended session, hostile text, lost
 * events. The answers have the types of the client, which checks them. The stories run the page with the real server.
 */
export const TOKEN = 'pkt_browser-check';

const CSP = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export class FakeApi {
  alerts: Alert[] = [];
  /** Alerts on one page of the list, whatever the client asks for. */
  pageSize = 50;
  nodes: NodeInfo[] = [
    node('worker-03.fra1', true, [{ kind: 'file.open', reason: 'ring_full', count: 1852 }]),
    node('worker-11.fra1', true, []),
    node('worker-07.fra1', false, [{ kind: 'process.exec', reason: 'bus_limit', count: 1 }]),
  ];
  /** True while the server can not answer what it is asked about detectors. */
  broken = false;
  /** Sessions that are valid; empty it to end them all. */
  readonly sessions = new Set<string>();
  /** `Last-Event-ID` of every stream that was opened. */
  readonly streamStarts: string[] = [];
  readonly #streams = new Set<ServerResponse>();
  readonly #folder: string;
  #server: Server | undefined;
  #log: Alert[] = [];
  port = 0;

  /** @param folder the built console */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens, on the same port again after `stop`. */
  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    await new Promise<void>((resolve, reject) => server.on('error', reject).listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Goes away in the middle of everything. */
  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** A new alert or a new revision: into the list, and onto every open stream. */
  publish(alert: Alert): void {
    this.alerts = [alert, ...this.alerts.filter((other) => other.uuid !== alert.uuid)];
    this.#log.push(alert);
    for (const stream of this.#streams) stream.write(sse(this.#log.length, alert));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    if (!url.pathname.startsWith('/api/v1/')) return this.#file(url.pathname, response);
    const path = url.pathname.slice('/api/v1'.length);
    if (path === '/session') return this.#session(request, response);
    const session = /picket=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
    if (!this.sessions.has(session)) return problem(response, 401, 'AUTH_MISSING', 'Not signed in');
    if (path === '/alerts/stream') return this.#stream(request, response);
    if (path === '/alerts') return json(response, this.#page(url.searchParams));
    if (path === '/whoami') return json(response, USER);
    if (path === '/nodes') return json(response, { items: this.nodes, next: null });
    if (path === '/containers') return json(response, { items: [CONTAINER], next: null });
    if (path === '/rules') return json(response, RULES);
    if (path === '/detectors' && !this.broken) return json(response, { items: [], next: null });
    if (this.broken) return problem(response, 503, 'STORE_UNAVAILABLE', 'Not now');
    const alert = this.alerts.find((one) => path === `/alerts/${one.uuid}`);
    return alert ? json(response, alert) : problem(response, 404, 'NOT_FOUND', 'No such alert');
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    const name = extname(path) === '' ? 'index.html' : normalize(path);
    const body = await readFile(join(this.#folder, name)).catch(() => undefined);
    if (!body) return problem(response, 404, 'NOT_FOUND', 'No such file');
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': CSP }).end(body);
  }

  async #session(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'DELETE') {
      this.sessions.clear();
      response.writeHead(204).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { token: string };
    if (body.token !== TOKEN) return problem(response, 401, 'AUTH_INVALID', 'The token is not valid');
    this.sessions.add('one');
    json(response, USER, { 'set-cookie': 'picket=one; HttpOnly; SameSite=Strict; Path=/' });
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    const last = String(request.headers['last-event-id'] ?? '');
    this.streamStarts.push(last);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write(':\n\n');
    const from = last === '' ? this.#log.length : Number(last);
    for (let i = from; i < this.#log.length; i++) response.write(sse(i + 1, this.#log[i]));
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  #page(query: URLSearchParams): unknown {
    const names: readonly (string | null)[] = PRIORITIES;
    const at = names.indexOf(query.get('priority'));
    const q = query.get('q')?.toLowerCase() ?? '';
    const found = this.alerts
      .filter((alert) => at < 0 || PRIORITIES.indexOf(alert.priority) <= at)
      .filter((alert) => [null, alert.rule].includes(query.get('rule')))
      .filter((alert) => [null, alert.container?.name, alert.container?.id].includes(query.get('container')))
      .filter((alert) => `${alert.rule}\n${alert.output}`.toLowerCase().includes(q));
    const from = Number(query.get('cursor') ?? 0);
    const end = from + this.pageSize;
    return {
      items: found.slice(from, end),
      next: end < found.length ? String(end) : null,
      position: String(this.#log.length),
    };
  }
}

const sse = (id: number, alert: Alert | undefined) => `id: ${id}\nevent: alert\ndata: ${JSON.stringify(alert)}\n\n`;

function json(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, code: string, title: string): void {
  const body = { type: 'about:blank', title, status, detail: title, code, request_id: 'r1' };
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
}

function node(name: string, online: boolean, lost: NodeInfo['lost']): NodeInfo {
  return {
    node: name,
    partition: 3,
    boot_id: '6f1c2d3e',
    agent_started: '2026-01-05T08:00:00.000Z',
    last_seen: '2026-01-05T10:00:00.000Z',
    online,
    containers: 12,
    events: 123_456,
    lost,
  };
}

const USER: WhoAmI = {
  via: 'session',
  token_id: 't1',
  name: 'first-admin',
  role: 'admin',
  permissions: ['read', 'tokens.manage'],
  namespaces: null,
  expires: null,
};

const CONTAINER: ContainerInfo = {
  node: 'worker-03.fra1',
  slot: 1,
  generation: 1,
  id: '3f9c2b7d81aa5be0c4e6f1729d8a03b64c5d7e8f90123456789abcdef0123456',
  name: 'web-frontend',
  image: 'docker.io/library/nginx:1.29.4',
  image_digest: null,
  runtime: 'containerd',
  namespace: null,
  pod: null,
  pod_uid: null,
  workload: null,
  ip: null,
  started: null,
  state: 'running',
  privileged: false,
  metadata: 'complete',
};

const RULES: RuleList = {
  items: ['Terminal shell in container', 'Write below etc'].map((rule) => ({
    rule,
    description: rule,
    priority: 'Notice',
    source: 'syscall',
    tags: [],
    mitre: [],
    enabled: true,
    file: null,
    line: null,
    id: rule.toLowerCase().replaceAll(' ', '-'),
    version: '1',
    metadata: { maturity: null, references: [], expected_noise: null, how_to_tune: null },
    set: null,
    override: null,
    exceptions: [],
  })),
  next: null,
  problems: [],
};

import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';

/** What a fake engine knows of a container, in the shape of the API of Docker. */
export interface FakeContainer {
  readonly id: string;
  name: string;
  readonly image: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export const IMAGE_ID = `sha256:${'1'.repeat(64)}`;
export const DIGEST = `sha256:${'d'.repeat(64)}`;

/** An engine on a unix socket that answers as it is told: what a real one does not do on demand. */
export class FakeEngine {
  readonly containers = new Map<string, FakeContainer>();
  /** Paths without version and query, as they were asked for. */
  readonly asked: string[] = [];
  /** Instead of the answer that is due, by the beginning of the path: a body, or nothing at all. */
  readonly instead = new Map<string, string | 'silence'>();
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  readonly #podman: boolean;

  private constructor(podman: boolean) {
    this.#podman = podman;
    this.#server = createServer((request, response) => this.#answer(request.url ?? '', response));
  }

  static async listen(socket: string, podman = false): Promise<FakeEngine> {
    const engine = new FakeEngine(podman);
    engine.#server.listen(socket);
    await once(engine.#server, 'listening');
    return engine;
  }

  /** Adds a container and tells of it. */
  create(container: FakeContainer): void {
    this.containers.set(container.id, container);
    this.tell('create', container.id);
  }

  tell(action: string, id: string): void {
    const { name, image } = this.containers.get(id) ?? { name: '', image: '' };
    this.say(JSON.stringify({ Type: 'container', Action: action, Actor: { ID: id, Attributes: { name, image } } }));
  }

  /** Writes a line into the stream of events. */
  say(line: string): void {
    for (const stream of this.#streams) stream.write(`${line}\n`);
  }

  get listeners(): number {
    return this.#streams.size;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(url: string, response: ServerResponse): void {
    const path = (url.split('?')[0] ?? '').replace(/^\/v1\.41/, '');
    this.asked.push(path);
    const [, instead] = [...this.instead].find(([begin]) => path.startsWith(begin)) ?? [];
    if (instead === 'silence') return;
    if (instead !== undefined) response.end(instead);
    else if (path === '/_ping') this.#ping(response);
    else if (path === '/events') this.#listen(response);
    else this.#json(path, response);
  }

  #ping(response: ServerResponse): void {
    response.setHeader('Api-Version', '1.41');
    if (this.#podman) response.setHeader('Libpod-Api-Version', '4.3.1');
    response.end('OK');
  }

  #listen(response: ServerResponse): void {
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
    response.flushHeaders();
  }

  #json(path: string, response: ServerResponse): void {
    const value = this.#valueAt(path);
    response.statusCode = value === undefined ? 404 : 200;
    response.end(JSON.stringify(value ?? { message: 'No such container' }));
  }

  #valueAt(path: string): unknown {
    const all = [...this.containers.values()];
    if (path === '/containers/json')
      return all.map(({ id, name, image, labels }) => ({
        Id: id,
        Names: [`/${name}`],
        Image: image,
        ImageID: IMAGE_ID,
        State: 'running',
        Labels: labels ?? {},
      }));
    const inspected = this.containers.get(/^\/containers\/([^/]+)\/json$/.exec(path)?.[1] ?? '');
    if (inspected) return inspectionOf(inspected);
    if (path === `/images/${encodeURIComponent(IMAGE_ID)}/json`) return { RepoDigests: [`shop/web@${DIGEST}`] };
    return undefined;
  }
}

const inspectionOf = ({ id, name, image, labels }: FakeContainer) => ({
  Id: id,
  Name: `/${name}`,
  Image: IMAGE_ID,
  State: { Status: 'running' },
  HostConfig: { Privileged: true },
  Config: { Image: image, Labels: labels ?? {}, Healthcheck: { Test: ['CMD', 'true'] } },
});

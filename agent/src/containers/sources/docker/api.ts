import { AgentError } from '../../../errors.ts';
import { isObject, type Json, parseObject } from '../../read-capped.ts';
import { type EngineFacts, factsOfImage, factsOfInspect, factsOfSummary } from './facts.ts';
import { type EngineAnswer, getBody, getStream } from './http.ts';
import { linesOf, type TOO_LONG } from './lines.ts';

export type EngineKind = 'docker' | 'podman';

const ANSWER_MS = 2000;
/** Docker answers for a container that is being started only when it has been. */
const INSPECT_MS = 10_000;
const MOST_LIST = 16 * 1024 * 1024;
const MOST_OBJECT = 1024 * 1024;
const MOST_EVENT = 256 * 1024;
const TYPES = encodeURIComponent(JSON.stringify({ type: ['container', 'image'] }));

/**
 * The few questions that the agent has for an engine. Every answer is capped, timed and checked: all of them throw
 * SOURCE_UNAVAILABLE when none comes, METADATA_INVALID when it is not what was asked for.
 */
export class EngineApi {
  readonly kind: EngineKind;
  readonly #socket: string;
  readonly #signal: AbortSignal;
  /** `/v1.41`: what the engine itself speaks, so that no later default changes the answers. */
  readonly #version: string;

  private constructor(socket: string, signal: AbortSignal, kind: EngineKind, version: string) {
    this.#socket = socket;
    this.#signal = signal;
    this.kind = kind;
    this.#version = version;
  }

  /**
   * Finds out who listens on a socket.
   * @throws AgentError SOURCE_UNAVAILABLE when nobody answers, METADATA_INVALID when it is no such engine
   */
  static async connect(socket: string, signal: AbortSignal): Promise<EngineApi> {
    const { status, headers } = await getBody({ socket, path: '/_ping', timeoutMs: ANSWER_MS, signal }, MOST_OBJECT);
    const version = headers['api-version'];
    if (status !== 200 || typeof version !== 'string' || !/^\d{1,3}\.\d{1,3}$/.test(version))
      throw new AgentError('METADATA_INVALID', `what listens at ${socket} is no engine with the API of Docker`);
    const kind = headers['libpod-api-version'] === undefined ? 'docker' : 'podman';
    return new EngineApi(socket, signal, kind, `/v${version}`);
  }

  /** Every container, also those that ended. Entries that can not be used are left out and counted in `unusable`. */
  async list(): Promise<{ containers: EngineFacts[]; unusable: number }> {
    return this.#summaries('/containers/json?all=1');
  }

  /** The entry of one container in the list: unlike `inspect` it is answered while the container is being started. */
  async summary(id: string): Promise<EngineFacts | undefined> {
    const filter = encodeURIComponent(JSON.stringify({ id: [id] }));
    const { containers } = await this.#summaries(`/containers/json?all=1&filters=${filter}`);
    return containers.find((each) => each.id === id);
  }

  /** Undefined when the engine does not know the container. */
  async inspect(id: string): Promise<EngineFacts | undefined> {
    const path = `/containers/${encodeURIComponent(id)}/json`;
    const json = await this.#object(path, INSPECT_MS);
    if (json === undefined) return undefined;
    const found = factsOfInspect(json);
    if (found?.id !== id) throw this.#odd(path);
    return found;
  }

  /** See `factsOfImage`; undefined when the engine does not know the image (any more). */
  async image(imageId: string, reference: string): Promise<{ image: string; imageDigest: string } | undefined> {
    const json = await this.#object(`/images/${encodeURIComponent(imageId)}/json`, ANSWER_MS);
    return json && factsOfImage(json, reference, imageId);
  }

  /** Lines of what happens from now on to containers and images. Ends with the connection. */
  async events(): Promise<AsyncGenerator<string | typeof TOO_LONG>> {
    const path = `${this.#version}/events?filters=${TYPES}`;
    const stream = await getStream({ socket: this.#socket, path, timeoutMs: ANSWER_MS, signal: this.#signal });
    return linesOf(stream, MOST_EVENT);
  }

  async #summaries(path: string): Promise<{ containers: EngineFacts[]; unusable: number }> {
    const { status, body } = await this.#get(path, ANSWER_MS, MOST_LIST);
    if (status !== 200) throw this.#odd(path);
    const entries = parseObject(`{"list":${body}}`, `the list of ${this.#socket}`).list;
    if (!Array.isArray(entries)) throw this.#odd(path);
    const containers = entries.flatMap((entry) => (isObject(entry) ? (factsOfSummary(entry) ?? []) : []));
    return { containers, unusable: entries.length - containers.length };
  }

  async #object(path: string, timeoutMs: number): Promise<Json | undefined> {
    const { status, body } = await this.#get(path, timeoutMs, MOST_OBJECT);
    if (status === 404) return undefined;
    if (status !== 200) throw this.#odd(path);
    return parseObject(body, `the answer of ${this.#socket}`);
  }

  #get(path: string, timeoutMs: number, limit: number): Promise<EngineAnswer> {
    const request = { socket: this.#socket, path: `${this.#version}${path}`, timeoutMs, signal: this.#signal };
    return getBody(request, limit);
  }

  #odd(path: string): AgentError {
    const asked = path.split('?')[0];
    return new AgentError('METADATA_INVALID', `the engine at ${this.#socket} answered ${asked} with something else`);
  }
}

import { get, type IncomingMessage } from 'node:http';
import { messageOf } from '@picket/sdk';
import { AgentError } from '../../../errors.ts';

/** One GET to an engine that listens on a unix socket. */
export interface EngineRequest {
  readonly socket: string;
  readonly path: string;
  /** Longest wait for the head of the answer, for `getBody` for all of it. */
  readonly timeoutMs: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

export interface EngineAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Most bytes of the head of an answer: the limit of Node is for all of a process, an engine needs far less. */
const MOST_HEAD = 16_384;

/**
 * Asks and reads the whole answer, whatever its status.
 * @param limit most bytes of the body
 * @throws AgentError SOURCE_UNAVAILABLE when nobody answers in time, the answer is too long or breaks off
 */
export async function getBody(request: EngineRequest, limit: number): Promise<EngineAnswer> {
  const late = AbortSignal.timeout(request.timeoutMs);
  try {
    const response = await open({ ...request, signal: AbortSignal.any([request.signal, late]) });
    const body = await readBody(response, limit);
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  } catch (cause) {
    throw unusable(request, late.aborted ? `no answer within ${request.timeoutMs} ms` : messageOf(cause), cause);
  }
}

/**
 * Asks for an answer that does not end.
 * @throws AgentError SOURCE_UNAVAILABLE when nobody answers in time, or not with status 200
 */
export async function getStream(request: EngineRequest): Promise<IncomingMessage> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), request.timeoutMs);
  try {
    const response = await open({ ...request, signal: AbortSignal.any([request.signal, late.signal]) });
    if (response.statusCode === 200) return response;
    response.destroy();
    throw new Error(`status ${response.statusCode}`);
  } catch (cause) {
    const why = late.signal.aborted ? `no answer within ${request.timeoutMs} ms` : messageOf(cause);
    throw unusable(request, why, cause);
  } finally {
    clearTimeout(timer);
  }
}

function open({ socket, path, signal }: EngineRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'picket', accept: 'application/json' };
    const call = get({ socketPath: socket, path, headers, agent: false, signal, maxHeaderSize: MOST_HEAD }, resolve);
    // After the head has come an error goes to the reader of the body; this only must not stay without a listener.
    call.on('error', reject);
  });
}

async function readBody(response: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > limit) throw new Error(`more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const unusable = ({ socket, path }: EngineRequest, why: string, cause: unknown) =>
  new AgentError('SOURCE_UNAVAILABLE', `the engine at ${socket} gave no use of ${path.split('?')[0]}: ${why}`, {
    cause,
  });

import type { KubeConfig, V1Pod } from '@kubernetes/client-node';
import { errorReason } from './error-reason.ts';

/** What came over the watch. */
export interface PodEvents {
  /** All pods of the node, at the start and whenever the watch had to begin anew. */
  readonly onList: (pods: readonly V1Pod[]) => void;
  readonly onPod: (pod: V1Pod, gone: boolean) => void;
}

const PATH = '/api/v1/pods';
const LIST_MS = 10_000;
/** The server ends a watch by then, so that one that was lost on the way does not stay for ever. */
const WATCH_SECONDS = 240;
const GONE = 410;

/** A change as the server sends it; the object of an ERROR is a Status with a code. */
interface Change {
  readonly type: string;
  readonly object: V1Pod & { readonly code?: number; readonly message?: string };
}

/**
 * Lists the pods of a node and watches them until something fails.
 * @param signal ends it
 * @returns when the signal came, or when the server has forgotten where the watch was: begin anew
 * @throws Error when the server can not be asked; its message holds nothing secret
 */
export async function watchPods(
  config: KubeConfig,
  node: string,
  events: PodEvents,
  signal: AbortSignal,
): Promise<void> {
  const fieldSelector = `spec.nodeName=${node}`;
  let version: string | undefined = await list(config, fieldSelector, events);
  while (!signal.aborted && version !== undefined)
    version = await watchOnce(config, fieldSelector, version, events, signal);
}

async function list(config: KubeConfig, fieldSelector: string, events: PodEvents): Promise<string> {
  const { CoreV1Api } = await import('@kubernetes/client-node');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LIST_MS} ms`)), LIST_MS);
  });
  try {
    const asked = config.makeApiClient(CoreV1Api).listPodForAllNamespaces({ fieldSelector });
    const { items, metadata } = await Promise.race([asked, late]);
    events.onList(items);
    return metadata?.resourceVersion ?? '';
  } catch (error) {
    throw new Error(errorReason(error));
  } finally {
    clearTimeout(timer);
  }
}

/** One connection. Returns the version to go on from, undefined when the list has to be read again. */
async function watchOnce(
  config: KubeConfig,
  fieldSelector: string,
  from: string,
  events: PodEvents,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { Watch } = await import('@kubernetes/client-node');
  let version: string | undefined = from;
  let refused: string | undefined;
  const query = { fieldSelector, resourceVersion: from, allowWatchBookmarks: true, timeoutSeconds: WATCH_SECONDS };
  const ending = new AbortController();
  const ended = await new Promise<unknown>((resolve, reject) => {
    const onChange = (_: string, __: unknown, change: Change) => {
      const { type, object } = change;
      if (type === 'ERROR') {
        version = undefined;
        if (object.code !== GONE) refused = object.message ?? `code ${object.code}`;
        return;
      }
      version = object.metadata?.resourceVersion ?? version;
      if (type !== 'BOOKMARK') events.onPod(object, type === 'DELETED');
    };
    new Watch(config).watch(PATH, query, onChange, resolve).then((connection) => {
      signal.addEventListener('abort', () => connection.abort(), { once: true, signal: ending.signal });
      if (signal.aborted) connection.abort();
    }, reject);
  });
  ending.abort();
  if (refused !== undefined) throw new Error(refused);
  if (ended && !signal.aborted && !isQuiet(ended)) {
    if (statusOf(ended) === GONE) return undefined;
    throw new Error(errorReason(ended));
  }
  return version;
}

/** A watch on which nothing happened is ended by the client after a while, and goes on where it was. */
const isQuiet = (ended: unknown) => ended instanceof Error && ended.name === 'TimeoutError';
const statusOf = (ended: unknown) => (ended instanceof Error && 'statusCode' in ended ? ended.statusCode : undefined);

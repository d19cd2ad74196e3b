import { Backtest, BacktestInfo, type BacktestRequest, CaptureInfo } from './backtests-wire.ts';
import type { Http } from './http.ts';
import { pageOf } from './wire.ts';

interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

interface Paged {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** How often `finished` asks, ms. */
const ASK_MS = 500;

const BacktestPage = pageOf(BacktestInfo);
const CapturePage = pageOf(CaptureInfo);
const part = encodeURIComponent;

/** The calls about backtests. @param http asked at each call */
export const backtestCalls = (http: () => Http) => {
  const get = (id: string, options: Abortable = {}) =>
    http().json(Backtest, `/backtests/${part(id)}`, { signal: options.signal });
  return {
    /** Puts a backtest in the queue. */
    create: (body: BacktestRequest, options: Abortable = {}) =>
      http().json(BacktestInfo, '/backtests', { method: 'POST', body, signal: options.signal }),
    list: (query: Paged & { readonly state?: BacktestInfo['state'] | undefined } = {}, options: Abortable = {}) =>
      http().json(BacktestPage, '/backtests', { query: { ...query }, signal: options.signal }),
    get,
    /** Ends one that waits or runs; removes one that has ended. */
    delete: (id: string, options: Abortable = {}) =>
      http().empty(`/backtests/${part(id)}`, { method: 'DELETE', signal: options.signal }),
    /** Waits until it has ended, however it ends. @param onProgress told of every look */
    finished: async (
      id: string,
      options: Abortable & { readonly onProgress?: (backtest: Backtest) => void } = {},
    ): Promise<Backtest> => {
      for (;;) {
        const backtest = await get(id, options);
        if (backtest.state !== 'queued' && backtest.state !== 'running') return backtest;
        options.onProgress?.(backtest);
        await pause(options.signal);
      }
    },
  };
};

/** The calls about captures on the server. @param http asked at each call */
export const captureCalls = (http: () => Http) => ({
  /** @param bytes a whole capture file */
  upload: (bytes: Uint8Array<ArrayBuffer>, options: Abortable = {}) =>
    http().json(CaptureInfo, '/captures', { method: 'POST', raw: bytes, signal: options.signal }),
  list: (query: Paged = {}, options: Abortable = {}) =>
    http().json(CapturePage, '/captures', { query: { ...query }, signal: options.signal }),
  delete: (id: string, options: Abortable = {}) =>
    http().empty(`/captures/${part(id)}`, { method: 'DELETE', signal: options.signal }),
});

function pause(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ASK_MS);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

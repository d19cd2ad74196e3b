import type { MaterialRow } from '../../detection/anomaly/engine/behaviour-program.ts';
import { WINDOW_FIRST, WINDOW_LAST } from '../../detection/anomaly/features/feature-window.ts';
import { Material } from '../../detection/anomaly/learning/material.ts';
import { makeWindow } from '../../detection/anomaly/testing/make-window.ts';

export interface MadeOptions {
  readonly key?: string;
  readonly digest?: string;
  /** Windows of 10 s, one after the other, shared out over containers. */
  readonly windows?: number;
  readonly runs?: number;
  /** Every container is seen from start to end. */
  readonly isComplete?: boolean;
  readonly tokens?: readonly string[];
  readonly epoch?: number;
  /** ms since 1970. */
  readonly from?: number;
}

export const MADE_KEY = 'shop/Deployment/web/web/nginx';
export const MADE_DIGEST = 'sha256:aaaa';
const START = Date.UTC(2026, 0, 1);

/** What a partition may have seen of a workload. */
export function madeMaterial(options: MadeOptions = {}): MaterialRow {
  const { key = MADE_KEY, digest = MADE_DIGEST, windows = 40, runs = 2, tokens = ['x:/usr/sbin/nginx'] } = options;
  const material = new Material(`${key}\0${digest}`);
  const each = Math.ceil(windows / runs);
  for (let n = 0; n < windows; n++) {
    const isFirst = options.isComplete && n % each === 0 ? WINDOW_FIRST : 0;
    const isLast = options.isComplete && (n % each === each - 1 || n === windows - 1) ? WINDOW_LAST : 0;
    const window = makeWindow({
      from: n * 10_000,
      syscalls: { 0: 10 + (n % 7), 1: 5 + (n % 3) },
      tokens: Object.fromEntries(tokens.map((token) => [token, 1 + (n % 2)])),
      flags: isFirst | isLast,
    });
    material.observe(window, `run-${Math.floor(n / each)}`, (options.from ?? START) + n * 10_000);
  }
  const image = key.split('/').at(-1) ?? '';
  return { key, digest, image, bytes: material.save(), epoch: options.epoch ?? 0 };
}

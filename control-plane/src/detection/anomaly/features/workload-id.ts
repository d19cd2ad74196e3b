import { createHash } from 'node:crypto';

const DIGITS = 16;

/** Id of a workload under one image: the same as `modelId` of the client gives. */
export const workloadId = (key: string, digest: string): string =>
  createHash('sha256').update(`${key}\0${digest}`).digest('hex').slice(0, DIGITS);

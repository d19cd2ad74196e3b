import { dirname, resolve } from 'node:path';
import { captureBatches } from './capture-batches.ts';

/** The capture that a test file names. A test that passes over what it can not read proves nothing: it throws. */
export const openTestCapture = (testFile: string, capture: string) =>
  captureBatches(resolve(dirname(testFile), capture), (error) => {
    throw error;
  });

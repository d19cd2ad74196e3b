import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { type CapturedMessage, CaptureEncoder } from '@picket/sdk';
import { loadRules } from '../../control-plane/src/detection/rules/load/load-rules.ts';
import { readRuleFiles, SHIPPED_RULES } from '../../control-plane/src/rule-files.ts';
import { readCapture } from '../../sdk/cli/src/capture/capture-file.ts';
import { distil } from './distil.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { REGISTRY } from './workloads.ts';

/** All messages of a capture file. */
export async function messagesOf(file: string): Promise<CapturedMessage[]> {
  const all: CapturedMessage[] = [];
  for await (const message of readCapture(file)) all.push(message);
  return all;
}

/** Runs the shipped rules over a capture. */
export async function evaluateFile(file: string): Promise<Evaluation> {
  return await evaluate(loadRules(readRuleFiles([SHIPPED_RULES])), await messagesOf(file));
}

/**
 * Writes a capture of the recipe alone, out of one of everything on the machine.
 * @param level of zstd, 1 to 22
 */
export async function distilFile(from: string, to: string, level?: number): Promise<void> {
  const out = createWriteStream(to, { mode: 0o644 });
  const encoder = new CaptureEncoder();
  out.write(encoder.start());
  for (const message of distil(await messagesOf(from), REGISTRY, level))
    if (!out.write(encoder.message(message))) await once(out, 'drain');
  out.end(encoder.end());
  await finished(out);
}

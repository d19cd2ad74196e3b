import { readFile } from 'node:fs/promises';
import { componentEmbed, componentNew, componentWit } from '@bytecodealliance/jco-transpile/wasm-tools';
import { messageOf } from '@picket/sdk/errors';
import { DetectorRefused } from '../guard/detector-refused.ts';
import type { StringEncoding } from './component-parts.ts';

/**
 * That the component tools make a component of our world out of a guarded core module, and, where one was uploaded,
 * that both have the same types. Nothing of either is run.
 *
 * The tools are themselves a WebAssembly program in this process and have no time limit: the host calls this in a
 * process that it can end.
 * @param core the guarded module
 * @param uploaded the component that the module was taken out of
 * @throws DetectorRefused with DETECTOR_WORLD
 */
export async function checkConformance(
  core: Uint8Array,
  encoding: StringEncoding,
  uploaded?: Uint8Array,
): Promise<void> {
  const built = await componentOf(core, encoding);
  if (!uploaded) return;
  const [theirs, ours] = [await typesOf(uploaded), await typesOf(built)];
  if (theirs !== ours)
    throw new DetectorRefused(
      'DETECTOR_WORLD',
      0,
      `the component has other types than picket:detector: ${firstDifference(theirs, ours)}`,
    );
}

/** A component of the detector world around a core module. */
export async function componentOf(core: Uint8Array, encoding: StringEncoding): Promise<Uint8Array> {
  const witSource = await readFile(new URL(import.meta.resolve('@picket/sdk/detector.wit')), 'utf8');
  try {
    const embedded = await componentEmbed({
      binary: core,
      witSource,
      world: 'detector',
      stringEncoding: encoding,
    });
    return await componentNew(embedded, []);
  } catch (error) {
    throw new DetectorRefused('DETECTOR_WORLD', 0, `this is no picket:detector: ${firstLine(messageOf(error))}`, {
      cause: error,
    });
  }
}

/** The world of a component as WIT, without comments, which are not part of its types. */
async function typesOf(component: Uint8Array): Promise<string> {
  try {
    const wit = await componentWit(component);
    return wit.replace(/^\s*\/\/\/.*\n/gm, '');
  } catch (error) {
    throw new DetectorRefused('DETECTOR_WORLD', 0, `the component can not be read: ${firstLine(messageOf(error))}`, {
      cause: error,
    });
  }
}

function firstDifference(theirs: string, ours: string): string {
  const expected = ours.split('\n');
  const line = theirs.split('\n').findIndex((text, index) => text !== expected[index]);
  return `${theirs.split('\n')[line]?.trim() ?? 'something is missing'} instead of ${expected[line]?.trim() ?? 'nothing'}`;
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';

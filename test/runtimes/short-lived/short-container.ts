import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeCgroup } from '../../support/container/cgroup.ts';
import { configJson } from '../../support/container/config-json.ts';
import { imageFolder } from '../../support/container/image.ts';
import { runProgram } from '../../support/container/run-program.ts';

/** A container that is over in a moment, and what is true of it. */
export interface ShortContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
}

/** Runs a container of bare runc to its end. Its name and image are told by nothing but annotations of its bundle. */
export async function runShortContainer(folder: string, id: string, args: readonly string[]): Promise<ShortContainer> {
  const truth = { id, name: `name-of-${id}`, image: `registry.example/short/${id}:1` };
  const bundle = join(folder, id);
  mkdirSync(bundle);
  const config = { ...configJson(id, { ...truth, args }), root: { path: imageFolder(), readonly: true } };
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
  try {
    const { code, stderr } = await runProgram('runc', ['run', '--bundle', bundle, id]);
    if (code !== 0) throw new Error(`runc run ${id} ended with code ${code}: ${stderr}`);
    return truth;
  } finally {
    await runProgram('runc', ['delete', '--force', id]);
    removeCgroup(`/${id}`);
    rmSync(bundle, { recursive: true, force: true });
  }
}

/** Does `work` for 0 to `count - 1`, in `lanes` at a time. */
export async function inLanes<T>(count: number, lanes: number, work: (i: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const i = next++;
      done[i] = await work(i);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}

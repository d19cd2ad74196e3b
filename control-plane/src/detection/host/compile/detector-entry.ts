import { KINDS } from '@picket/sdk';
import { LIBRARY } from './compile-message.ts';

/** Handlers of single kinds: `onNetConnect` gets every net.connect. */
const KIND_VIEWS: readonly string[] = KINDS.map(({ name }) =>
  name.replace(/(^|[._])([a-z])/g, (_all, _dot, letter: string) => letter.toUpperCase()),
);

/**
 * The file that ties the handlers in the main file of a detector to the exports of the world. `isDefined` is answered by the
 * compiler: what a detector does not handle costs it nothing, and what it does can be inlined.
 */
export const DETECTOR_ENTRY: string = [
  "import * as user from './main';",
  `import { beginTick, endBatch, endInit, endRawBatch, endTick, nextEvent, openBatch, readConfig } from '${LIBRARY}/calls';`,
  `import { batch } from '${LIBRARY}/batch';`,
  `import * as events from '${LIBRARY}/events.gen';`,
  `export { cabi_realloc } from '${LIBRARY}/canonical';`,
  '',
  'export function init(at: usize, units: i32): usize {',
  '  const config = readConfig(at, units);',
  '  if (isDefined(user.onInit)) user.onInit(config);',
  '  return endInit(config);',
  '}',
  '',
  'export function onbatch(at: usize, length: usize): usize {',
  '  if (!openBatch(at, length)) return endRawBatch();',
  // a handler of whole batches reads the dictionary itself
  '  if (isDefined(user.onContainer) && !isDefined(user.onBatch)) {',
  '    for (let c = batch.nextContainer(); c !== null; c = batch.nextContainer()) user.onContainer(changetype<events.ContainerStarted>(c));',
  '  }',
  '  if (isDefined(user.onBatch)) {',
  '    user.onBatch(batch);',
  '    return endRawBatch();',
  '  }',
  `  if (${['onEvent', ...KIND_VIEWS.map((view) => `on${view}`)].map((name) => `isDefined(user.${name})`).join(' || ')}) {`,
  '    while (nextEvent()) {',
  '      if (isDefined(user.onEvent)) user.onEvent(batch.event);',
  ...KIND_VIEWS.map((view) => `      if (isDefined(user.on${view})) ${guardedCall(view)}`),
  '    }',
  '    return endBatch();',
  '  }',
  '  if (!isDefined(user.onTick)) ERROR("main.ts exports no handler: onEvent, onBatch, onTick or one of a kind, like onNetConnect");',
  '  return endRawBatch();',
  '}',
  '',
  'export function ontick(now: u64): usize {',
  '  beginTick();',
  '  if (isDefined(user.onTick)) user.onTick(now);',
  '  return endTick();',
  '}',
].join('\n');

function guardedCall(view: string): string {
  return `{ if (batch.event.kind == events.Kind.${view}) user.on${view}(changetype<events.${view}>(batch.event)); }`;
}

/** The handler that a line of the entry calls, when it calls one. */
export function handlerOf(line: string): string | undefined {
  return /user\.(on\w+)\((?!.*ERROR)/.exec(line)?.[1];
}

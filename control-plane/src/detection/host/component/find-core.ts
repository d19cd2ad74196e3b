import { ByteReader } from '../guard/byte-reader.ts';
import type { Span } from '../guard/core-module.ts';
import { DetectorRefused } from '../guard/detector-refused.ts';
import type { CanonicalOptions, ComponentParts, CoreExport, StringEncoding } from './component-parts.ts';
import { isGlue } from './is-glue.ts';
import { readComponent } from './read-component.ts';

/** The detector's own core module within a component, and how it writes text. */
export interface ComponentCore {
  readonly span: Span;
  readonly encoding: StringEncoding;
}

const WORLD_EXPORTS: readonly string[] = ['init', 'onbatch', 'ontick'];

/**
 * Finds the one core module of a component. The host will call its exports by the names that the component tools use,
 * so the component has to lift exactly those.
 * @throws DetectorRefused
 */
export function findCore(file: Uint8Array): ComponentCore {
  const parts = readComponent(new ByteReader(file));
  for (const [name, { offset }] of parts.exports)
    if (!WORLD_EXPORTS.includes(name))
      throw new DetectorRefused('DETECTOR_EXPORT', offset, `the component exports ${JSON.stringify(name)} too`);
  const sources = WORLD_EXPORTS.map((name) => liftedFrom(parts, name));
  const instance = sources[0]?.instance ?? 0;
  const main = parts.instances[instance];
  const span = main === undefined ? undefined : parts.modules[main];
  if (!span || sources.some((source) => source.instance !== instance))
    throw new DetectorRefused('DETECTOR_COMPONENT', 0, 'the exports do not come from one core module');
  checkInstances(file, parts, main);
  for (const options of parts.options) checkOptions(parts, options, instance);
  return { span, encoding: oneEncoding(parts) };
}

/** The export of the core module that an export of the component is made of: the one of the same name. */
function liftedFrom(parts: ComponentParts, name: string): CoreExport {
  const found = parts.exports.get(name);
  if (!found) throw new DetectorRefused('DETECTOR_EXPORT', 0, `the component does not export ${name}`);
  const lifted = parts.functions[found.function];
  const source = lifted && parts.coreFunctions[lifted.coreFunction];
  const after = lifted?.options.postReturn;
  const right = source?.name === name && (after === undefined || nameOf(parts, after) === `cabi_post_${name}`);
  if (!source || !right)
    throw new DetectorRefused('DETECTOR_COMPONENT', found.offset, `export ${name} is not the core function ${name}`);
  return source;
}

function checkInstances(file: Uint8Array, parts: ComponentParts, main: number | undefined): void {
  const used = parts.instances.filter((module) => module === main).length;
  if (used > 1) throw new DetectorRefused('DETECTOR_COMPONENT', 0, 'the core module is instantiated more than once');
  parts.modules.forEach((module, index) => {
    if (index !== main && !isGlue(file, module))
      throw new DetectorRefused('DETECTOR_COMPONENT', module.start, 'the component has several core modules');
  });
}

function checkOptions(parts: ComponentParts, options: CanonicalOptions, instance: number): void {
  const memory = parts.coreMemories[options.memory ?? -1];
  const realloc = options.realloc === undefined ? undefined : parts.coreFunctions[options.realloc];
  const right =
    memory?.name === 'memory' &&
    memory.instance === instance &&
    (options.realloc === undefined || (realloc?.name === 'cabi_realloc' && realloc.instance === instance));
  if (!right)
    throw new DetectorRefused(
      'DETECTOR_COMPONENT',
      options.offset,
      'a function uses another memory or allocator than `memory` and `cabi_realloc` of the core module',
    );
}

function oneEncoding(parts: ComponentParts): StringEncoding {
  const [first, ...others] = parts.options;
  const other = others.find(({ encoding }) => encoding !== first?.encoding);
  if (other) throw new DetectorRefused('DETECTOR_COMPONENT', other.offset, 'functions differ in how they write text');
  return first?.encoding ?? 'utf8';
}

const nameOf = (parts: ComponentParts, coreFunction: number) => parts.coreFunctions[coreFunction]?.name;

import type { CoreModule, ModuleExport } from './core-module.ts';
import { DetectorRefused } from './detector-refused.ts';
import { type Capability, GUEST_FUNCTIONS, HOST_FUNCTIONS, type Signature } from './detector-world.ts';

/**
 * That the module imports nothing but granted functions of the host and exports what the host calls, all with their
 * exact types.
 * @returns the exports that stay
 * @throws DetectorRefused
 */
export function checkWorld(module: CoreModule, granted: ReadonlySet<Capability>): ModuleExport[] {
  for (const { name, type, offset } of module.imports) {
    const known = HOST_FUNCTIONS.get(name);
    const shown = JSON.stringify(name);
    if (!known) throw new DetectorRefused('DETECTOR_IMPORT', offset, `the host has no function ${shown}`);
    if (module.types[type]?.signature !== known.signature)
      throw new DetectorRefused('DETECTOR_IMPORT', offset, `import ${shown} has another type than the host's function`);
    if (known.capability !== 'observe' && !granted.has(known.capability))
      throw new DetectorRefused(
        'DETECTOR_CAPABILITY',
        offset,
        `import ${shown} needs the capability ${known.capability}, which this detector has not been granted`,
      );
  }
  return keptExports(module);
}

function keptExports(module: CoreModule): ModuleExport[] {
  const kept = new Map<string, ModuleExport>();
  for (const found of module.exports) {
    if (!GUEST_FUNCTIONS.has(found.name) && found.name !== 'memory') continue;
    if (kept.has(found.name))
      throw new DetectorRefused('DETECTOR_MALFORMED', found.offset, `two exports are named ${found.name}`);
    checkExport(module, found);
    kept.set(found.name, found);
  }
  if (!module.memory || !kept.has('memory')) throw missing(module, 'memory');
  for (const [name, { required }] of GUEST_FUNCTIONS) if (required && !kept.has(name)) throw missing(module, name);
  const start = startExport(module, kept);
  return start ? [...kept.values(), start] : [...kept.values()];
}

function checkExport(module: CoreModule, { name, kind, index, offset }: ModuleExport): void {
  const expected = GUEST_FUNCTIONS.get(name)?.signature;
  const right = expected === undefined ? kind === 2 : kind === 0 && signatureOf(module, index) === expected;
  if (!right) throw new DetectorRefused('DETECTOR_EXPORT', offset, `export ${name} has another type than the world's`);
}

/** A start function would run before there is fuel. It is called as `_initialize` instead. */
function startExport(module: CoreModule, kept: ReadonlyMap<string, ModuleExport>): ModuleExport | undefined {
  const { start } = module;
  if (!start) return undefined;
  if (kept.has('_initialize') || signatureOf(module, start.function) !== ':')
    throw new DetectorRefused('DETECTOR_EXPORT', start.offset, 'there is a start function beside _initialize');
  return { name: '_initialize', kind: 0, index: start.function, offset: start.offset };
}

/** Of a function of the module's own: an export may not lead straight back into the host. */
function signatureOf(module: CoreModule, index: number): Signature | undefined {
  const type = module.functions[index - module.imports.length];
  return type === undefined ? undefined : module.types[type]?.signature;
}

const missing = (module: CoreModule, name: string) =>
  new DetectorRefused('DETECTOR_EXPORT', module.payloads.get(7)?.start ?? 0, `the module does not export ${name}`);

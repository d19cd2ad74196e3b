import { type BpfObject, NativeError } from '@picket/native';
import { KINDS, type KindInfo } from '@picket/sdk';
import { AgentError } from '../errors.ts';

/**
 * Proves that the records an object writes are laid out as this agent reads them, from the object's own BTF.
 * @throws AgentError PROBE_LAYOUT_MISMATCH naming the first field that lies elsewhere
 */
export function checkLayout(object: BpfObject, name: string, kinds: readonly number[]): void {
  for (const kind of KINDS) if (kinds.includes(kind.id) && kind.ring !== 'agent') checkKind(object, name, kind);
}

function checkKind(object: BpfObject, name: string, kind: KindInfo): void {
  const struct = `picket_${kind.name.replaceAll('.', '_')}`;
  const layout = layoutOf(object, struct);
  // a program that writes another kind through the same struct (cgroup.removed) has no type of its own
  if (!layout) return;
  const offsets = new Map(layout.fields.map((field) => [field.name, field.offset]));
  const wrong = kind.fields.find((field) => offsets.get(field.name) !== field.offset);
  if (!wrong && layout.size === kind.size) return;
  throw new AgentError(
    'PROBE_LAYOUT_MISMATCH',
    `probe ${name} writes ${kind.name}${wrong ? `.${wrong.name}` : ''} in another layout than this agent reads: install probes and agent of one version, or run npm run build`,
  );
}

function layoutOf(object: BpfObject, struct: string) {
  try {
    return object.structLayout(struct);
  } catch (error) {
    if (error instanceof NativeError && error.code === 'BTF_NOT_FOUND') return undefined;
    throw error;
  }
}

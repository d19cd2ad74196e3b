import { Kind, type KindInfo, RULE_FIELDS, type RuleField } from '@picket/sdk';
import type { FieldUse } from '../language/syntax-tree.ts';
import { ARGUMENT_FIELDS } from './argument-fields.ts';
import { BEHAVIOUR_FIELDS } from './behaviour-fields.ts';
import { CONTAINER_FIELDS } from './container-fields.ts';
import { DESCRIPTOR_FIELDS } from './descriptor-fields.ts';
import { EVENT_FIELDS } from './event-fields.ts';
import type { FieldRequest, FieldSource, FieldTable } from './field-source.ts';
import { NOTABLE_DESCRIPTORS } from './notable-fields.ts';
import { positionalArgument } from './positional-argument.ts';
import { PROCESS_FIELDS } from './process-fields.ts';
import { recordField } from './record-field.ts';
import { transformSource } from './transform-source.ts';
import { withKind } from './with-kind.ts';

const FACTORIES: FieldTable = withKind(Kind.SyscallNotable, NOTABLE_DESCRIPTORS, {
  'evt.arg': (request) => positionalArgument(request, resolveField),
  ...EVENT_FIELDS,
  ...ARGUMENT_FIELDS,
  ...DESCRIPTOR_FIELDS,
  ...PROCESS_FIELDS,
  ...CONTAINER_FIELDS,
  ...BEHAVIOUR_FIELDS,
});

const registry = new Map(RULE_FIELDS.map((field) => [field.name, field]));

/** What the rule language says about a field; undefined when it has no such name. */
export const ruleField = (name: string): RuleField | undefined => registry.get(name);

/** Where a field gets its value for a kind of event; undefined when events of that kind do not have it. */
export function resolveField(name: string, request: FieldRequest): FieldSource | undefined {
  const make = Object.hasOwn(FACTORIES, name) ? FACTORIES[name] : undefined;
  return make ? make(request) : recordField(name, request.kind);
}

/** Where a field as a rule names it, with what is done to it, gets its value for a kind of event. */
export function resolveUse(use: FieldUse, kind: KindInfo): FieldSource | undefined {
  let source = resolveField(use.name, { kind, argument: use.argument });
  for (const { name } of use.transformers ?? []) source = source && transformSource(source, name);
  return source;
}

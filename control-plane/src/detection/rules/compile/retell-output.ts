import { EventCursor, encodeRecord, Kind, kindInfo } from '@picket/sdk';
import type { Container, FieldValues, NodeView, OutputPart, RetellOutput } from '../../../types.ts';
import { CONTAINER_FIELDS } from '../fields/container-fields.ts';
import { EventContext } from '../fields/event-context.ts';
import type { FieldSource } from '../fields/field-source.ts';
import { readSource } from '../fields/show-value.ts';
import { transformSource } from '../fields/transform-source.ts';
import { isTransformer } from '../language/field-use.ts';
import { fieldText, shownField } from './output-text.ts';

/** What is done to the field, its name, and its argument: see showUse. */
const KEY = /^((?:\w+\()*)([^[()]+)(?:\[([^\]]*)\])?\)*$/;
const CONTAINER_KIND = kindInfo(Kind.ContainerUpdated);

/** Whether a part of an output follows from the container alone. */
export const speaksOfContainer = (template: readonly OutputPart[]): boolean =>
  template.some((part) => typeof part !== 'string' && sourceOf(part.field) !== undefined);

/** A value that was known stays where the container has none by now. */
export const retellOutput: RetellOutput = (template, fields, container, time) => {
  const context = contextOf(container, time);
  const known: Record<string, FieldValues[string]> = { ...fields };
  for (const key of Object.keys(fields)) {
    const source = sourceOf(key);
    if (source) known[key] = shownField(key, readSource(source, context)) ?? fields[key] ?? null;
  }
  const output = template.map((part) => (typeof part === 'string' ? part : fieldText(known[part.field]))).join('');
  return { output, fields: known };
};

/** A field of the container by its key in an alert; undefined for the fields of anything else. */
function sourceOf(key: string): FieldSource | undefined {
  const [, before = '', name = '', argument] = KEY.exec(key) ?? [];
  const make = Object.hasOwn(CONTAINER_FIELDS, name) ? CONTAINER_FIELDS[name] : undefined;
  const source = CONTAINER_KIND && make?.({ kind: CONTAINER_KIND, argument });
  const transformers = before.split('(').filter(isTransformer).toReversed();
  return transformers.reduce((from, transformer) => from && transformSource(from, transformer), source);
}

/** An event of which nothing is known but its time and its container. */
function contextOf(container: Container, time: bigint): EventContext {
  const cursor = new EventCursor().open(encodeRecord(Kind.ContainerUpdated, { time }, {}));
  cursor.next();
  const view: NodeView = {
    node: '',
    processOf: () => undefined,
    containerOf: () => container,
    entryOf: () => undefined,
  };
  const context = new EventContext();
  context.begin(cursor, view, { header: { wallOffset: 0n } });
  return context;
}

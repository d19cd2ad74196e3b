import { Header, Kind, type KindInfo } from '@picket/sdk';
import type { FieldValues } from '../../../types.ts';
import type { EventContext } from '../fields/event-context.ts';
import type { FieldSource } from '../fields/field-source.ts';
import { resolveField, resolveUse } from '../fields/resolve-field.ts';
import { readSource, type ShownValue, showSource } from '../fields/show-value.ts';
import { showUse } from '../language/field-use.ts';
import { type Join, stepField } from '../load/extensions.ts';
import type { Rule } from '../load/rule.ts';
import { compileLooseParts } from '../stateful/join-key.ts';
import type { Find } from '../stateful/program.ts';
import { fieldText, shownField } from './output-text.ts';
import { speaksOfContainer } from './retell-output.ts';

interface OutputField {
  readonly key: string;
  readonly source: FieldSource | undefined;
}

/**
 * Compiles what a rule says about an event of a kind.
 * @param by what its findings fall together by when the rule itself does not say
 */
export function compileFinding(rule: Rule, kind: KindInfo, by?: Join): Find {
  const detector = { kind: 'rule', id: rule.id, version: rule.version } as const;
  const parts = rule.output.map((part): string | OutputField =>
    typeof part === 'string' ? part : { key: showUse(part), source: resolveUse(part, kind) },
  );
  const template = parts.map((part) => (typeof part === 'string' ? part : { field: part.key }));
  const retellable = speaksOfContainer(template) ? { template } : {};
  const { cooldownMs, groupBy = by, baseline } = rule.extensions ?? {};
  const cooldown = cooldownMs === undefined ? {} : { cooldownMs };
  // profiles are those of workloads: what is new for one says nothing of another
  const joined: Join | undefined = baseline && groupBy ? ['container', ...groupBy] : groupBy;
  const groupKey = joined ? compileGivenKey(rule, joined, kind) : compileGroupKey(rule, kind);
  const { name, priority, tags, mitre } = rule;
  return (c, more) => {
    const fields: Record<string, ShownValue | null> = {};
    let output = '';
    for (const part of parts) {
      if (typeof part === 'string') {
        output += part;
        continue;
      }
      const known = part.source ? readSource(part.source, c) : (more?.[part.key] ?? undefined);
      const shown = shownField(part.key, known);
      fields[part.key] = shown;
      output += fieldText(shown);
    }
    const said = { detector, rule: name, priority, output, tags, mitre, fields };
    return { ...said, groupKey: groupKey(c), ...retellable, ...cooldown };
  };
}

/** Reads what the output says of a step of a sequence; undefined when that is nothing. */
export function compileStepFields(
  rule: Rule,
  kind: KindInfo,
  step: number,
): ((c: EventContext) => FieldValues) | undefined {
  const fields = rule.output.flatMap((part) => {
    const named = typeof part === 'string' ? undefined : stepField(part.name);
    if (typeof part === 'string' || named?.index !== step) return [];
    return [{ key: showUse(part), source: resolveUse({ ...part, name: named.field }, kind) }];
  });
  if (fields.length === 0) return undefined;
  return (c) =>
    Object.fromEntries(
      fields.map(({ key, source }) => [key, shownField(key, (source && readSource(source, c)) ?? undefined)]),
    );
}

/** Fields that tell what an event was about: the port of a client is another one every time and says nothing. */
const SUBJECTS: Readonly<Record<number, readonly string[]>> = {
  [Kind.ProcessExec]: ['proc.cmdline'],
  [Kind.FileOpen]: ['fd.name'],
  [Kind.FileModify]: ['evt.arg.path', 'evt.arg.oldpath', 'evt.arg.newpath', 'evt.arg.target', 'evt.arg.linkpath'],
  [Kind.NetUnix]: ['fd.name'],
  [Kind.NetConnect]: ['fd.sip', 'fd.sport'],
  [Kind.NetAccept]: ['fd.lport'],
  [Kind.NetListen]: ['fd.lport'],
  [Kind.NetClose]: ['fd.sip', 'fd.sport'],
  [Kind.NetUdp]: ['fd.sip', 'fd.sport'],
  [Kind.NetDns]: ['dns.name'],
  [Kind.NetSocket]: ['evt.arg.domain', 'evt.arg.type'],
  [Kind.SyscallNotable]: ['evt.type', 'fs.path.target'],
};

/** Rule, container, program and subject: what makes two findings the same thing happening again. */
function compileGroupKey(rule: Rule, kind: KindInfo): (c: EventContext) => string {
  const sources = (SUBJECTS[kind.id] ?? []).map((name) => resolveField(name, { kind, argument: undefined }));
  return (c) => {
    const container = c.container?.id || `cgroup ${c.cursor.big(Header.cgroup)}`;
    const subject = sources.map((source) => (source && showSource(source, c)) ?? '').join(' ');
    // the name besides the file: all applets of a busybox are one file
    const program = `${c.process?.exepath ?? ''} ${c.process?.name ?? ''}`;
    return `${rule.name}|${container}|${program}|${subject}`;
  };
}

/** The same by what the rule names. */
function compileGivenKey(rule: Rule, groupBy: Join, kind: KindInfo): (c: EventContext) => string {
  const parts = compileLooseParts(groupBy, kind);
  return (c) =>
    parts.reduce((key, part) => {
      const value = part(c);
      return `${key}|${value.length}:${value}`;
    }, rule.name);
}

import { Header, Kind, type KindInfo } from '@picket/sdk';
import type { Finding } from '../../../types.ts';
import type { EventContext } from '../fields/event-context.ts';
import type { FieldSource } from '../fields/field-source.ts';
import { resolveField } from '../fields/resolve-field.ts';
import { readSource, type ShownValue, showSource } from '../fields/show-value.ts';
import type { Rule } from '../load/rule.ts';
import { fieldText, shownField } from './output-text.ts';
import { speaksOfContainer } from './retell-output.ts';

interface OutputField {
  readonly key: string;
  readonly source: FieldSource | undefined;
}

/** Compiles what a rule says about an event of a kind. */
export function compileFinding(rule: Rule, kind: KindInfo): (c: EventContext) => Finding {
  const detector = { kind: 'rule', id: rule.id, version: rule.version } as const;
  const parts = rule.output.map((part): string | OutputField => {
    if (typeof part === 'string') return part;
    const key = part.argument === undefined ? part.name : `${part.name}[${part.argument}]`;
    return { key, source: resolveField(part.name, { kind, argument: part.argument }) };
  });
  const template = parts.map((part) => (typeof part === 'string' ? part : { field: part.key }));
  const retellable = speaksOfContainer(template) ? { template } : {};
  const groupKey = compileGroupKey(rule, kind);
  return (c) => {
    const fields: Record<string, ShownValue | null> = {};
    let output = '';
    for (const part of parts) {
      if (typeof part === 'string') {
        output += part;
        continue;
      }
      const shown = shownField(part.key, part.source && readSource(part.source, c));
      fields[part.key] = shown;
      output += fieldText(shown);
    }
    const { name, priority, tags, mitre } = rule;
    return { detector, rule: name, priority, output, tags, mitre, fields, groupKey: groupKey(c), ...retellable };
  };
}

/** Fields that tell what an event was about: the port of a client is another one every time and says nothing. */
const SUBJECTS: Readonly<Record<number, readonly string[]>> = {
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

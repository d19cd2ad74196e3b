import type { Incident, IncidentStep } from '@picket/sdk/client';
import { ancestry } from './format-alert.ts';
import { printable } from './printable.ts';

const ARROW = ' > ';

/** An incident on two lines for a list: how bad, when and where, then what it went through and its id. */
export function formatIncident(incident: Incident): [string, string] {
  const { first_seen, last_seen, state, priority, score } = incident;
  const when = `${day(first_seen)} ${clock(first_seen)} to ${clock(last_seen)}`;
  const many = `${incident.alerts} alerts${incident.occurrences > incident.alerts ? ` ×${incident.occurrences}` : ''}`;
  const first = `${when}  ${state.padEnd(5)}  ${priority.padEnd(13)} ${String(score).padStart(3)}  ${many} · ${where(incident)}`;
  return [printable(first), printable(`    ${incident.id}  ${stages(incident) || incident.rules.join(', ')}`)];
}

/** Everything about an incident but its timeline. */
export function formatIncidentHead(incident: Incident): string[] {
  const { workload, follows, members } = incident;
  const facts: [string, string | undefined][] = [
    ['incident', `${incident.id} (${incident.state})`],
    ['where', `${where(incident)}, node ${incident.node}`],
    ['workload', workload ? `${workload.kind}/${workload.name}${inNamespace(workload.namespace)}` : undefined],
    ['when', `${incident.first_seen} to ${incident.last_seen}`],
    ['worst', `${incident.priority}, score ${incident.score}`],
    ['alerts', `${incident.alerts}, which count ${incident.occurrences} findings`],
    ['tactics', stages(incident) || undefined],
    ['techniques', incident.techniques.join(', ') || undefined],
    ['follows', follows ?? undefined],
    ...(members.length > 1 ? members.map((member): [string, string] => ['member', memberText(member)]) : []),
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [printable(`${name.padEnd(10)} ${value}`)]));
}

/** A step of the timeline on two lines: what happened, then the processes that led to it. */
export function formatStep(step: IncidentStep): [string, string] {
  const times = step.count > 1 ? ` ×${step.count}` : '';
  const place = step.container ? (step.container.name ?? step.container.id) : `host ${step.node}`;
  const tactic = (step.tactics.join('+') || '-').padEnd(22);
  const first = `${clock(step.time)} ${tactic} ${step.priority.padEnd(13)} ${step.rule}${times} · ${place}`;
  // A summary is about many processes, of which its own is only the first.
  return [printable(first), printable(`         ${step.summary ? step.output : ancestry(step) || step.output}`)];
}

const day = (iso: string): string => iso.slice(0, 10);
const clock = (iso: string): string => iso.slice(11, 19);
const inNamespace = (namespace: string | null): string => (namespace === null ? '' : ` in ${namespace}`);
const stages = ({ tactics }: Incident): string => tactics.join(ARROW);

function where({ container, node }: Pick<Incident, 'container' | 'node'>): string {
  if (!container) return `host ${node}`;
  return `${container.name ?? container.id}${container.image ? ` (${container.image})` : ''}`;
}

const memberText = (member: Incident['members'][number]): string =>
  `${where(member)}${inNamespace(member.namespace)}: ${member.alerts} alerts`;

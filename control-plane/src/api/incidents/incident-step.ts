import { type Alert, tacticsOf, techniquesOf } from '@picket/sdk';
import type { IncidentStep } from '@picket/sdk/client';

/** What a timeline shows of an alert. */
export function incidentStep(alert: Alert): IncidentStep {
  const { container } = alert;
  return {
    alert: alert.uuid,
    time: alert.time,
    last_seen: alert.last_seen,
    rule: alert.rule,
    priority: alert.priority,
    output: alert.output,
    count: alert.count,
    tactics: tacticsOf(alert),
    techniques: techniquesOf(alert),
    node: alert.hostname,
    container: container && {
      id: container.id,
      full_id: container.full_id,
      name: container.name,
      image: container.image,
    },
    process: alert.process,
    ...(alert.summary && { summary: alert.summary }),
  };
}

import { z } from 'zod';
import { Alert, AlertSummary, ContainerRef, PRIORITIES, WorkloadRef } from '../alert.ts';
import { pageOf } from './wire.ts';

/** What the API tells of incidents. */

const Time = z.iso.datetime({ precision: null });
const Place = ContainerRef.pick({ id: true, full_id: true, name: true, image: true });

/** Alerts that are one story: of one container, pod, session or line of descent, close together in time. */
export const Incident = z.object({
  id: z.string(),
  /** The incident that this one goes on from; null for most. */
  follows: z.string().nullable(),
  /** `open` while further alerts may join it, judged by the clock of the control plane. */
  state: z.enum(['open', 'quiet']),
  /** Of its worst alert. */
  priority: z.enum(PRIORITIES),
  /** 1 to 100: rises with the priority and with every further tactic and technique. */
  score: z.number().int(),
  /** First and last event of its alerts. */
  first_seen: Time,
  last_seen: Time,
  alerts: z.number().int(),
  /** Findings that its alerts count together. */
  occurrences: z.number(),
  /** ATT&CK tactics in the order of an attack, by their short names. */
  tactics: z.array(z.string()),
  techniques: z.array(z.string()),
  rules: z.array(z.string()),
  /** Where it began. */
  node: z.string(),
  container: Place.nullable(),
  workload: WorkloadRef.pick({ kind: true, name: true, namespace: true }).nullable(),
  /** Who took part, those with the most alerts first; container null for what ran outside of containers. */
  members: z.array(
    z.object({
      node: z.string(),
      namespace: z.string().nullable(),
      container: Place.nullable(),
      alerts: z.number().int(),
    }),
  ),
});
export type Incident = z.infer<typeof Incident>;

export const IncidentPage = pageOf(Incident);

/** One step of an incident: an alert, shortened to what a timeline shows. */
export const IncidentStep = z.object({
  /** Id of the alert. */
  alert: z.string(),
  time: Time,
  last_seen: Time,
  rule: z.string(),
  priority: z.enum(PRIORITIES),
  output: z.string(),
  count: z.number().int(),
  tactics: z.array(z.string()),
  techniques: z.array(z.string()),
  node: z.string(),
  container: Place.nullable(),
  process: Alert.shape.process,
  /** It stands for findings that were too many to be told one by one. */
  summary: AlertSummary.optional(),
});
export type IncidentStep = z.infer<typeof IncidentStep>;

/** An incident with a page of its timeline, the oldest step first. */
export const IncidentDetail = Incident.extend({ timeline: pageOf(IncidentStep) });
export type IncidentDetail = z.infer<typeof IncidentDetail>;

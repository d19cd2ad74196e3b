import { z } from 'zod';

/** Falco's eight levels, the most severe first. */
export const PRIORITIES = [
  'Emergency',
  'Alert',
  'Critical',
  'Error',
  'Warning',
  'Notice',
  'Informational',
  'Debug',
] as const;
export type Priority = (typeof PRIORITIES)[number];

export const ProcessRef = z.object({
  pid: z.number().int(),
  /** CLOCK_BOOTTIME in ns as a decimal string; with pid and node it names the process. */
  start: z.string(),
  vpid: z.number().int().optional(),
  name: z.string(),
  exepath: z.string(),
  cmdline: z.string(),
  uid: z.number().int().optional(),
  cwd: z.string().optional(),
  tty: z.number().int().optional(),
});
export type ProcessRef = z.infer<typeof ProcessRef>;

export const ContainerRef = z.object({
  /** First 12 characters, as the tools show it. */
  id: z.string(),
  full_id: z.string(),
  name: z.string().nullable(),
  image: z.string().nullable(),
  runtime: z.string().nullable(),
  slot: z.number().int().optional(),
});
export type ContainerRef = z.infer<typeof ContainerRef>;

export const WorkloadRef = z.object({
  kind: z.string(),
  name: z.string(),
  namespace: z.string().nullable(),
  pod: z.string().nullable(),
  pod_uid: z.string().nullable(),
});

export const Evidence = z.object({
  /** Names of the causing events: node/boot/epoch/sequence. */
  events: z.array(z.string()),
  /** Events lost on the node in the window of the alert, by kind and reason. */
  lost: z.array(z.object({ kind: z.string(), reason: z.string(), count: z.number() })),
  /** `partial` while not all is known of the container: a later revision tells what became known. */
  metadata: z.enum(['complete', 'partial']),
  /** The process had been gone for so long when the finding came that only the event itself tells what it was. */
  process: z.literal('forgotten').optional(),
  /** State of the probes that the detector needs, as far as it is known. */
  probes: z.string().optional(),
});

/** After so long without an event an incident is over: what comes then is another one. Minutes of event time. */
export const INCIDENT_GAP_MINUTES = 15;

export const AlertSummary = z.object({
  /** New alerts of the rule in the container within a minute before findings are put together. */
  limit: z.number().int().min(0),
  /** Outputs of the first different findings. */
  samples: z.array(z.string()),
});
export type AlertSummary = z.infer<typeof AlertSummary>;

/**
 * An alert: a superset of Falco's event JSON. One JSON document per message on `picket.alerts.>`;
 * the same uuid with a higher revision replaces an earlier one.
 */
export const Alert = z.object({
  uuid: z.uuid(),
  revision: z.number().int().min(1),
  time: z.iso.datetime({ precision: null }),
  rule: z.string(),
  priority: z.enum(PRIORITIES),
  output: z.string(),
  source: z.string(),
  hostname: z.string(),
  tags: z.array(z.string()),
  output_fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  detector: z.object({ kind: z.enum(['rule', 'wasm', 'model', 'system']), id: z.string(), version: z.string() }),
  container: ContainerRef.nullable(),
  process: ProcessRef.extend({
    ancestors: z.array(ProcessRef),
    /**
     * How it got into its container: it descends from the entrypoint, or its line was brought in from outside (docker
     * exec, kubectl exec), or that was not seen. Missing outside containers.
     */
    entry: z.enum(['entrypoint', 'exec', 'unknown']).optional(),
  }).nullable(),
  workload: WorkloadRef.nullable(),
  mitre: z.array(z.string()),
  score: z.number().optional(),
  explanation: z.array(z.object({ feature: z.string(), contribution: z.number(), text: z.string() })).optional(),
  evidence: Evidence,
  /** The causing event, every field by name, as the console shows it. */
  event: z.record(z.string(), z.unknown()).optional(),
  count: z.number().int().min(1),
  first_seen: z.iso.datetime({ precision: null }),
  last_seen: z.iso.datetime({ precision: null }),
  /** The story it is part of; null when it was made by a version that told none. Never changes. */
  incident: z.string().nullable(),
  /** The incident before that one, which had become too long to go on. */
  incident_follows: z.string().optional(),
  /** In an alert that stands for findings that were too many to be told one by one; `count` says how many. */
  summary: AlertSummary.optional(),
});
export type Alert = z.infer<typeof Alert>;

import { z } from 'zod';
import { Alert, PRIORITIES } from '../alert.ts';

/** What the HTTP API sends and takes. The server builds its documents from these schemas, the client checks with them. */

export const ROLES = ['viewer', 'analyst', 'author', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const PERMISSIONS = [
  'read',
  'audit.read',
  'triage',
  'exceptions.propose',
  'exceptions.accept',
  'rules.write',
  'detectors.upload',
  'detectors.shadow',
  'detectors.activate',
  'models.write',
  'responses.approve',
  'tokens.manage',
  'keys.manage',
  'policies.manage',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const Time = z.iso.datetime({ precision: null });

/** An error as RFC 9457 describes it, with the stable code of Picket. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  /** Which parts of the request were wrong. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** One page of a list; `next` goes into the `cursor` parameter, null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });
export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

export const AlertPage = pageOf(Alert).extend({
  /** Where the live stream stood before the page was read: a stream opened from here misses nothing. */
  position: z.string(),
});
export type AlertPage = z.infer<typeof AlertPage>;

export const LossEntry = z.object({ kind: z.string(), reason: z.string(), count: z.number() });

export const ContainerInfo = z.object({
  node: z.string(),
  slot: z.number().int(),
  generation: z.number().int(),
  id: z.string(),
  name: z.string().nullable(),
  image: z.string().nullable(),
  image_digest: z.string().nullable(),
  runtime: z.string().nullable(),
  namespace: z.string().nullable(),
  pod: z.string().nullable(),
  pod_uid: z.string().nullable(),
  /** Owner as kind/name; the name of the container without Kubernetes. */
  workload: z.string().nullable(),
  ip: z.string().nullable(),
  started: Time.nullable(),
  state: z.enum(['running', 'stopped']),
  privileged: z.boolean(),
  metadata: z.enum(['complete', 'partial']),
});
export type ContainerInfo = z.infer<typeof ContainerInfo>;

/** How far a node is with the probe plan. */
export const NodePlanInfo = z.object({
  state: z.enum(['current', 'pending', 'refused']),
  /** Revision that it shall have. */
  wanted: z.string(),
  /** Revision that it has; null when it did not say. */
  current: z.string().nullable(),
  /** Why the last attempt failed, and what to do. */
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type NodePlanInfo = z.infer<typeof NodePlanInfo>;

export const NodeInfo = z.object({
  node: z.string(),
  partition: z.number().int(),
  boot_id: z.string().nullable(),
  agent_started: Time.nullable(),
  /** Event time up to which everything of the node has arrived. */
  last_seen: Time.nullable(),
  online: z.boolean(),
  containers: z.number().int(),
  /** Events taken in since this control plane owns the node. */
  events: z.number(),
  /** Events lost since the agent began. */
  lost: z.array(LossEntry),
  /** Left out for a node that gave no sign of life to this control plane. */
  plan: NodePlanInfo.optional(),
});
export type NodeInfo = z.infer<typeof NodeInfo>;

export const RuleInfo = z.object({
  rule: z.string(),
  description: z.string(),
  priority: z.enum(PRIORITIES),
  source: z.string(),
  tags: z.array(z.string()),
  mitre: z.array(z.string()),
  enabled: z.boolean(),
  file: z.string().nullable(),
  line: z.number().int().nullable(),
  /** Name for machines, in alerts as `detector.id`. */
  id: z.string(),
  /** Changes with what the rule finds or says. */
  version: z.string(),
  /** What people should know of it. */
  metadata: z.object({
    maturity: z.string().nullable(),
    references: z.array(z.string()),
    /** What ordinary work it is known to fire for. */
    expected_noise: z.string().nullable(),
    how_to_tune: z.string().nullable(),
  }),
  /** The uploaded set that it comes from; null for a rule of the files of the server. */
  set: z.string().nullable(),
  /** What is changed about it apart from its file. */
  override: z
    .object({ enabled: z.boolean().nullable(), priority: z.enum(PRIORITIES).nullable(), reason: z.string().nullable() })
    .nullable(),
  /** Exceptions that hold, beside those in its file. */
  exceptions: z.array(z.object({ id: z.string(), owner: z.string().nullable(), expires: Time.nullable() })),
});
export type RuleInfo = z.infer<typeof RuleInfo>;

export const RuleProblem = z.object({
  code: z.string(),
  message: z.string(),
  rule: z.string().nullable(),
  file: z.string().nullable(),
  line: z.number().int().nullable(),
  column: z.number().int().nullable(),
});
export type RuleProblem = z.infer<typeof RuleProblem>;

/** The loaded rules, and what could not be loaded and why. */
export const RuleList = z.object({
  items: z.array(RuleInfo),
  next: z.null(),
  problems: z.array(RuleProblem),
});
export type RuleList = z.infer<typeof RuleList>;

/** A Kubernetes namespace name (RFC 1123 label). */
export const NamespaceName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'not a namespace name');
const Scope = z.array(NamespaceName).min(1).max(100).nullable();

export const TokenInfo = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  /** The only namespaces the token sees; null sees all. */
  namespaces: z.array(z.string()).nullable(),
  created: Time,
  expires: Time.nullable(),
  last_used: Time.nullable(),
  revoked: Time.nullable(),
});
export type TokenInfo = z.infer<typeof TokenInfo>;

export const TokenRequest = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role: z.enum(ROLES),
  /** Left out: the scope of the token that creates it. */
  namespaces: Scope.optional(),
  /** Left out: 90 days from now. At most 366 days. */
  expires: z.iso.datetime({ offset: true }).optional(),
});
export type TokenRequest = z.infer<typeof TokenRequest>;

export const TokenCreated = TokenInfo.extend({
  /** The token itself. It is shown this once and kept nowhere. */
  secret: z.string(),
});
export type TokenCreated = z.infer<typeof TokenCreated>;

export const AuditEntry = z.object({
  id: z.string(),
  time: Time,
  /** Id of the token that acted, or `system`. */
  actor: z.string(),
  action: z.string(),
  target: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const WhoAmI = z.object({
  /** How the caller proved who it is. */
  via: z.enum(['token', 'session']),
  token_id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  permissions: z.array(z.enum(PERMISSIONS)),
  namespaces: z.array(z.string()).nullable(),
  expires: Time.nullable(),
});
export type WhoAmI = z.infer<typeof WhoAmI>;

export const SessionRequest = z.strictObject({ token: z.string().min(1).max(200) });

import { ALERT_STREAM, commandSubject, EVENT_STREAM, eventSubject, partitionOf, statusSubject } from '@picket/sdk';

/** Who speaks on the bus. Each has its own key and its own permissions. */
export const ROLES = ['agent', 'control-plane', 'subscriber'] as const;
export type Role = (typeof ROLES)[number];

/** Permissions of one user in the words of the NATS configuration. */
export interface Permissions {
  readonly publish: { readonly allow: readonly string[] };
  readonly subscribe: { readonly allow: readonly string[] };
  readonly allow_responses?: { readonly max: number; readonly expires: string };
}

/** Where the replies to a role arrive. One prefix a role: with a common prefix each could read the replies of all. */
export const inboxPrefix = (role: Role) => `_INBOX_${role}`;

/**
 * The least that each role needs.
 * @param tokens tokens of the nodes whose agents use the agent key
 */
export function permissionsOf(role: Role, tokens: readonly string[]): Permissions {
  if (role === 'agent') return agentPermissions(tokens);
  return role === 'control-plane' ? controlPlanePermissions() : subscriberPermissions();
}

/**
 * An agent publishes batches and heartbeats of its own node. The acks of JetStream are replies, so that it needs
 * nothing of the JetStream API. It may answer a command, once a command.
 */
function agentPermissions(tokens: readonly string[]): Permissions {
  return {
    publish: { allow: tokens.flatMap((token) => [eventSubject(partitionOf(token), token), statusSubject(token)]) },
    subscribe: { allow: [...tokens.map(commandSubject), `${inboxPrefix('agent')}.>`] },
    allow_responses: { max: 1, expires: '1m' },
  };
}

function controlPlanePermissions(): Permissions {
  return {
    publish: { allow: ['picket.>', '$JS.API.>', '$JS.ACK.>', '$JS.FC.>', '$KV.>'] },
    subscribe: { allow: ['picket.>', `${inboxPrefix('control-plane')}.>`] },
  };
}

/**
 * Reads events and alerts: live by subscription, stored ones by direct get. It may not make consumers: the server
 * delivers to whatever subject a consumer names, so that who may make one can speak to agents and to the key-value
 * buckets in the name of the server.
 */
function subscriberPermissions(): Permissions {
  const reads = [EVENT_STREAM, ALERT_STREAM].flatMap((stream) => [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}.>`,
  ]);
  return {
    publish: { allow: reads },
    subscribe: { allow: ['picket.events.>', 'picket.alerts.>', `${inboxPrefix('subscriber')}.>`] },
  };
}

import type { Alert, Priority } from '@picket/sdk';
import type { Incident } from '@picket/sdk/client';

/** What the API needs of the store. Times of tokens, sessions and audit in ms since 1970. */
export interface ApiStore {
  /** Another value when the store was built anew. */
  readonly id: string;
  readonly alerts: AlertSource;
  readonly incidents: IncidentSource;
  readonly tokens: TokenTable;
  readonly sessions: SessionTable;
  readonly audit: AuditTable;
  /** Runs `work` on a store whose writes all happen, or none when it throws. */
  transaction<T>(work: (store: ApiStore) => Promise<T>): Promise<T>;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
}

/** One page; `next` goes into `cursor`. */
export interface StorePage<T> {
  readonly items: T[];
  readonly next: string | null;
}

export interface AlertSource {
  list(query: AlertListQuery): Promise<StorePage<Alert>>;
  get(uuid: string, scope: Scope): Promise<Alert | undefined>;
  /** Writes after a position in commit order, the oldest first. */
  changesAfter(change: number, limit: number): Promise<AlertWrite[]>;
  lastChange(): Promise<number>;
}

/** An incident; whether it is still open depends on who asks when. */
export type StoredIncident = Omit<Incident, 'state'>;

export interface IncidentSource {
  list(query: IncidentListQuery): Promise<StorePage<StoredIncident>>;
  get(id: string, scope: Scope): Promise<StoredIncident | undefined>;
  /** Its alerts, the oldest first. */
  alerts(id: string, scope: Scope, limit: number, cursor?: string): Promise<StorePage<Alert>>;
}

export interface IncidentListQuery {
  readonly scope: Scope;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly priority?: Priority | undefined;
  readonly container?: string | undefined;
  readonly node?: string | undefined;
  readonly namespace?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Whether its last event was at this time or later. */
  readonly activeSince?: { readonly time: string; readonly is: boolean } | undefined;
  readonly q?: string | undefined;
}

/** The only namespaces a caller sees; null sees all. */
export type Scope = readonly string[] | null;

export interface AlertListQuery {
  readonly scope: Scope;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly priority?: Priority | undefined;
  readonly rule?: string | undefined;
  readonly container?: string | undefined;
  readonly node?: string | undefined;
  readonly namespace?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly q?: string | undefined;
}

export interface AlertWrite {
  readonly change: number;
  readonly alert: Alert;
}

export interface StoredToken {
  readonly id: string;
  /** SHA-256 of the secret, hexadecimal. */
  readonly hash: string;
  readonly name: string;
  readonly role: string;
  readonly namespaces: readonly string[] | null;
  readonly created: number;
  readonly expires: number | null;
  readonly lastUsed: number | null;
  readonly revoked: number | null;
}

export interface TokenTable {
  insert(token: StoredToken): Promise<void>;
  byHash(hash: string): Promise<StoredToken | undefined>;
  byId(id: string): Promise<StoredToken | undefined>;
  list(limit: number, cursor?: string): Promise<StorePage<StoredToken>>;
  /** Ends a token and its sessions; false when it is unknown or ended already. */
  revoke(id: string, now: number): Promise<boolean>;
  touch(id: string, now: number): Promise<void>;
  /** Whether a token of this role works now and sees all namespaces. */
  hasUsable(role: string, now: number): Promise<boolean>;
  /** Within a transaction: keeps others who lock out until it ends. */
  lock(): Promise<void>;
}

export interface StoredSession {
  /** SHA-256 of the cookie value, hexadecimal. */
  readonly hash: string;
  readonly tokenId: string;
  readonly created: number;
  readonly expires: number;
}

export interface SessionTable {
  insert(session: StoredSession): Promise<void>;
  byHash(hash: string): Promise<StoredSession | undefined>;
  delete(hash: string): Promise<void>;
}

export interface AuditTable {
  append(record: AuditRecord): Promise<void>;
  list(limit: number, cursor?: string): Promise<StorePage<AuditRecord & { readonly id: number }>>;
}

export interface AuditRecord {
  readonly time: number;
  /** Id of the token that acted, or `system`. */
  readonly actor: string;
  readonly action: string;
  readonly target: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

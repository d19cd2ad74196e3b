import type { BacktestsTable, CapturesTable } from './backtests/backtest-tables.ts';
import type {
  BehaviourBlobsTable,
  BehaviourDecisionsTable,
  BehaviourLeasesTable,
  BehaviourMaterialTable,
  BehaviourVersionsTable,
  BehaviourWorkloadsTable,
} from './behaviour/behaviour-tables.ts';
import type {
  DetectorFilesTable,
  DetectorFindingsTable,
  DetectorGrantsTable,
  DetectorStagesTable,
  DetectorsTable,
  DetectorVersionsTable,
} from './detectors/detector-tables.ts';
import type { IncidentMembersTable, IncidentsTable } from './incidents/incident-tables.ts';
import type {
  RuleActivationsTable,
  RuleExceptionsTable,
  RuleOverridesTable,
  RuleSetsTable,
} from './rules/rule-tables.ts';

/** The tables of the store as Kysely sees them. Times are whole numbers since 1970: `_us` in µs, `_ms` in ms. */
export interface Tables {
  alerts: AlertsTable;
  incidents: IncidentsTable;
  incident_members: IncidentMembersTable;
  tokens: TokensTable;
  sessions: SessionsTable;
  rule_sets: RuleSetsTable;
  rule_activations: RuleActivationsTable;
  rule_overrides: RuleOverridesTable;
  rule_exceptions: RuleExceptionsTable;
  backtests: BacktestsTable;
  captures: CapturesTable;
  detectors: DetectorsTable;
  detector_grants: DetectorGrantsTable;
  detector_versions: DetectorVersionsTable;
  detector_files: DetectorFilesTable;
  detector_stages: DetectorStagesTable;
  detector_findings: DetectorFindingsTable;
  behaviour_workloads: BehaviourWorkloadsTable;
  behaviour_decisions: BehaviourDecisionsTable;
  behaviour_versions: BehaviourVersionsTable;
  behaviour_blobs: BehaviourBlobsTable;
  behaviour_material: BehaviourMaterialTable;
  behaviour_leases: BehaviourLeasesTable;
  audit: AuditTable;
  meta: MetaTable;
  counters: CountersTable;
}

/** One row an alert, its newest revision. The columns repeat what lists filter and sort by; `body` is the truth. */
export interface AlertsTable {
  uuid: string;
  revision: number;
  /** Grows with every write in commit order: the position in the live stream. */
  change: number;
  /** Time of the causing event; never changes between revisions. */
  time_us: number;
  rule: string;
  /** Index into PRIORITIES: 0 is the most severe. */
  severity: number;
  container_id: string | null;
  container_full_id: string | null;
  container_name: string | null;
  image: string | null;
  namespace: string | null;
  node: string;
  count: number;
  incident: string | null;
  /** What a text search looks at, in lower case. */
  search: string;
  body: string;
}

export interface TokensTable {
  id: string;
  /** SHA-256 of the secret, hexadecimal. */
  hash: string;
  name: string;
  role: string;
  /** JSON list; null sees all namespaces. */
  namespaces: string | null;
  created_ms: number;
  expires_ms: number | null;
  last_used_ms: number | null;
  revoked_ms: number | null;
}

export interface SessionsTable {
  /** SHA-256 of the cookie value, hexadecimal. */
  hash: string;
  token_id: string;
  created_ms: number;
  expires_ms: number;
}

export interface AuditTable {
  id: number;
  time_ms: number;
  actor: string;
  action: string;
  target: string | null;
  /** JSON object. */
  detail: string;
}

export interface MetaTable {
  key: string;
  value: string;
}

export interface CountersTable {
  name: string;
  value: number;
}

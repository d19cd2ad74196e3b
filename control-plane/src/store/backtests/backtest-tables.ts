/** A backtest with what it came to. Times in ms since 1970. */
export interface BacktestsTable {
  id: string;
  /** queued, running, done, failed or cancelled. */
  state: string;
  /** JSON: what is tried. */
  subject: string;
  /** JSON: where the events come from. */
  source: string;
  /** JSON. */
  filters: string;
  /** JSON list of the only namespaces whose events are looked at; null for all. */
  namespaces: string | null;
  /** The version of a detector that is tried; null for rules. */
  version_id: string | null;
  created_ms: number;
  created_by: string;
  /** The control plane that runs it, and when it last said so. */
  replica: string;
  seen_ms: number;
  started_ms: number | null;
  finished_ms: number | null;
  /** JSON. */
  progress: string;
  /** 1 when it came to its end without a fault and left nothing out. */
  clean: number | null;
  /** JSON {code, message}. */
  error: string | null;
  /** JSON; large. */
  result: string | null;
}

/** A capture that was uploaded. The file itself lies in the data folder of the control plane that took it. */
export interface CapturesTable {
  id: string;
  bytes: number;
  batches: number;
  from_ms: number | null;
  until_ms: number | null;
  /** JSON list: the namespaces that its uploader sees; null for all. */
  namespaces: string | null;
  created_ms: number;
  created_by: string;
}

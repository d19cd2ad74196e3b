/** Counts of one stage since it was made. */
export interface AlertStats {
  /** Findings taken in. */
  findings: number;
  /** Alerts opened, without their later revisions. */
  alerts: number;
  /** Groups closed early because there were too many. */
  evicted: number;
  /** Alerts that stay without full metadata: it did not come in time, or too many waited for it. */
  unnamed: number;
  /** Findings that are told in the summary of a storm alone, by rule. */
  summarised: ReadonlyMap<string, number>;
  /** Incidents that alerts may join now. */
  openIncidents: number;
  /** Incidents closed early because there were too many. */
  incidentsEvicted: number;
}

import type { AlertStats } from '../alerts/alert-stats.ts';

/** The stats of two stages that share their incidents. */
export function addAlertStats(main: AlertStats, beside: AlertStats): AlertStats {
  const summarised = new Map(main.summarised);
  for (const [rule, count] of beside.summarised) summarised.set(rule, (summarised.get(rule) ?? 0) + count);
  return {
    findings: main.findings + beside.findings,
    alerts: main.alerts + beside.alerts,
    evicted: main.evicted + beside.evicted,
    unnamed: main.unnamed + beside.unnamed,
    summarised,
    openIncidents: main.openIncidents,
    incidentsEvicted: main.incidentsEvicted,
  };
}

/** One row an incident: what its alerts come to. It can be made again from them. */
export interface IncidentsTable {
  id: string;
  follows: string | null;
  /** First and last event of its alerts. */
  first_us: number;
  last_us: number;
  /** Of its worst alert: index into PRIORITIES. */
  severity: number;
  alerts: number;
  /** Findings that the alerts count together. */
  occurrences: number;
  /** JSON lists of texts. */
  tactics: string;
  techniques: string;
  rules: string;
  /** What a text search looks at, in lower case. */
  search: string;
  /** Its earliest alert, whose place is that of the incident. */
  root_us: number;
  root_uuid: string;
  /** JSON object: node, container and workload as the root tells them. */
  place: string;
}

/** What takes part in an incident: a container, or what runs outside of containers on a node. */
export interface IncidentMembersTable {
  incident: string;
  /** Made of node, container and namespace: alerts that agree in these are of one member. */
  member: string;
  node: string;
  namespace: string | null;
  container_id: string | null;
  container_full_id: string | null;
  container_name: string | null;
  image: string | null;
  /** What a text search looks at, in lower case. */
  search: string;
  /** Its alerts in the incident; the row goes with the last one. */
  alerts: number;
}

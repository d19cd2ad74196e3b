/** A workload under one image. */
export interface BehaviourWorkloadsTable {
  /** First 16 hexadecimal digits of the sha256 of key, NUL and digest. */
  id: string;
  key: string;
  digest: string;
  image: string;
  /** Null without Kubernetes. */
  namespace: string | null;
  stage: string;
  /** Version that scores. */
  active: string | null;
  /** JSON list of the versions that scored before it, the last one last. */
  earlier: string;
  /** The version that was accepted first. */
  anchor: string | null;
  /** Newest version that was not promoted by itself, and why. */
  waiting: string | null;
  waiting_why: string | null;
  /** 1: newer versions wait for an operator. */
  pinned: number;
  paused: number;
  /** Alarms for each container and day; null for what the server says. */
  target: number | null;
  /** Grows with every reset: material of an earlier one counts no more. */
  epoch: number;
  /** Windows of the material at the last training. */
  trained_windows: number;
  /** When a training failed last; null when the last one went well. */
  failed_ms: number | null;
  failure: string | null;
  created_ms: number;
  changed_ms: number;
  /** When material of it came last. */
  used_ms: number;
}

/** What people said about tokens of a profile. */
export interface BehaviourDecisionsTable {
  workload: string;
  token: string;
  /** 1: stars stand for any text. */
  pattern: number;
  /** proposed or accepted. */
  state: string;
  /** allow or remove. */
  what: string;
  reason: string;
  actor: string;
  time_ms: number;
}

/** What a training or an import led to. Nothing of it ever changes. */
export interface BehaviourVersionsTable {
  /** sha256 over its contents and its workload. */
  id: string;
  workload: string;
  /** Grows with every version, over all workloads. */
  sequence: number;
  /** trained or imported. */
  origin: string;
  created_ms: number;
  created_by: string;
  seed: number;
  windows: number;
  runs: number;
  tokens: number;
  /** JSON: tokens by the letter of their class. */
  classes: string;
  model_bytes: number;
  profile_bytes: number;
  /** JSON. */
  threshold: string;
  /** JSON of the rate of alarms that held-out windows gave; null when there were too few. */
  held_out: string | null;
  anchor_drift: string | null;
  /** JSON of what the training said. */
  report: string;
  /** Newest material that it was made of, ms since 1970. */
  material_ms: number;
}

/** The large parts of a version, apart from it, so that lists do not read them. */
export interface BehaviourBlobsTable {
  version_id: string;
  model: Uint8Array;
  profile: Uint8Array;
}

/** What one partition has seen of a workload. */
export interface BehaviourMaterialTable {
  workload: string;
  partition: number;
  epoch: number;
  bytes: Uint8Array;
  /** Of 10 s. */
  windows: number;
  /** Containers, and those of them that were seen from start to end. */
  runs: number;
  complete_runs: number;
  /** Event time of the first and the newest window. */
  first_ms: number;
  time_ms: number;
  /** JSON: windows that nothing was learned from, by reason. */
  refused: string;
}

/** Who does something that only one control plane does at a time. */
export interface BehaviourLeasesTable {
  name: string;
  holder: string;
  /** Grows with every change of the holder: what an earlier one writes is refused. */
  fence: number;
  expires_ms: number;
}

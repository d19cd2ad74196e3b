/** A detector by its name. What of it runs where stands in detector_stages. */
export interface DetectorsTable {
  name: string;
  /** Id of the token that it belongs to. */
  owner: string;
  /** JSON list of namespaces; null for all. */
  scope: string | null;
  paused: number;
  created_ms: number;
  created_by: string;
}

/** What an operator has granted to the detector of a name, whether or not there is one. */
export interface DetectorGrantsTable {
  name: string;
  /** JSON list. */
  capabilities: string;
  time_ms: number;
  actor: string;
}

/** An uploaded version. Only its configuration ever changes. */
export interface DetectorVersionsTable {
  /** sha256 over manifest and upload, hexadecimal. */
  id: string;
  name: string;
  version: string;
  /** Grows with every version, over all detectors. */
  sequence: number;
  /** The manifest as it was uploaded. */
  manifest_text: string;
  /** JSON of what was read of it. */
  manifest: string;
  /** JSON of what is set. */
  config: string;
  encoding: string;
  /** JSON lists. */
  imports: string;
  exports: string;
  memory_min: number;
  memory_max: number;
  /** sha256 of the guarded module. */
  module_hash: string;
  module_bytes: number;
  /** source, component or core. */
  upload: string;
  upload_bytes: number;
  /** Base64; null for none. */
  signature: string | null;
  signed_by: string | null;
  created_ms: number;
  created_by: string;
}

/** The large parts of a version, apart from it, so that lists do not read them. */
export interface DetectorFilesTable {
  version_id: string;
  /** The guarded core module. */
  module: Uint8Array;
  /** What was uploaded: the file, or the JSON of the sources. */
  upload: Uint8Array;
}

/** Which version is in which stage. The row with the highest revision of a name holds. */
export interface DetectorStagesTable {
  revision: number;
  name: string;
  shadow: string | null;
  canary: string | null;
  /** JSON of where the canary alerts. */
  selector: string | null;
  active: string | null;
  /** The revision that a rollback goes back to; null when there is none. */
  parent: number | null;
  time_ms: number;
  actor: string;
}

/** Findings that were recorded and not told as alerts. */
export interface DetectorFindingsTable {
  /** Grows with every write, over all detectors. */
  sequence: number;
  version_id: string;
  name: string;
  uuid: string;
  revision: number;
  /** JSON of the alert. */
  body: string;
}

import { z } from 'zod';
import { Alert } from '../alert.ts';
import { CAPABILITIES, DetectorConfig, DetectorName } from './detector-manifest.ts';
import { NamespaceName, pageOf } from './wire.ts';

/** What the API sends and takes about detectors. */

const Time = z.iso.datetime({ precision: null });

/** Most bytes of an uploaded file, characters and files of sources, and characters of a manifest. */
export const DETECTOR_UPLOAD_LIMITS = {
  bytes: 8 * 1024 * 1024,
  characters: 1024 * 1024,
  files: 64,
  manifest: 64 * 1024,
} as const;

export const DETECTOR_STAGES = ['shadow', 'canary', 'active'] as const;
export type DetectorStage = (typeof DETECTOR_STAGES)[number];

/** A version by its id, the beginning of it (8 digits or more), or the version of its manifest. */
export const VersionRef = z.string().regex(/^[0-9A-Za-z.-]{1,64}$/, 'a version is named by its id or its number');
/** sha256 over manifest and upload, hexadecimal. See detector-version-id.ts. */
export const VersionId = z.string().regex(/^[0-9a-f]{64}$/, 'the id of a version has 64 hexadecimal digits');

const Base64File = z
  .base64()
  .min(1)
  .max(Math.ceil(DETECTOR_UPLOAD_LIMITS.bytes / 3) * 4);

/** AssemblyScript by path: `main.ts` and what it imports. */
export const DetectorSource = z.strictObject({
  files: z
    .record(z.string().min(1).max(200), z.string().max(DETECTOR_UPLOAD_LIMITS.characters))
    .refine((files) => Object.keys(files).length <= DETECTOR_UPLOAD_LIMITS.files, 'too many files'),
});

/** An upload: the manifest, and one of source, component and core. */
export const DetectorUpload = z
  .strictObject({
    /** Text of manifest.yaml. */
    manifest: z.string().min(1).max(DETECTOR_UPLOAD_LIMITS.manifest),
    source: DetectorSource.optional(),
    /** A WebAssembly component of the detector world. */
    component: Base64File.optional(),
    /** A bare core module. */
    core: Base64File.optional(),
    /** Left out: what the newest version had, as far as this one has such entries. */
    config: DetectorConfig.optional(),
    /** Ed25519 over the 32 bytes of the version id. */
    signature: z.base64().length(88, 'a signature is 64 bytes in base64').optional(),
    /** False keeps the version and runs it nowhere. */
    run: z.boolean().default(true),
  })
  .refine(
    ({ source, component, core }) => [source, component, core].filter((part) => part !== undefined).length === 1,
    'send one of source, component and core',
  );
export type DetectorUpload = z.input<typeof DetectorUpload>;

/** Where a canary alerts: everything that is given must match. */
export const CanarySelector = z
  .strictObject({
    nodes: z.array(z.string().min(1).max(253)).min(1).max(100).optional(),
    namespaces: z.array(NamespaceName).min(1).max(100).optional(),
    /** Labels of the container or its pod, all of them. */
    labels: z
      .record(z.string().min(1).max(317), z.string().max(63))
      .refine((labels) => Object.keys(labels).length > 0 && Object.keys(labels).length <= 16, '1 to 16 labels')
      .optional(),
    /** A hash of the container, or of the node without one, is below it. */
    percent: z.number().min(0).max(100).optional(),
  })
  .refine(
    (selector) => Object.values(selector).some((part) => part !== undefined),
    'say where: nodes, namespaces, labels or percent',
  );
export type CanarySelector = z.output<typeof CanarySelector>;

/** What a version is in: one of the stages, or `none` when it is kept and runs nowhere. */
export const VersionStage = z.enum([...DETECTOR_STAGES, 'none']);
export type VersionStage = z.output<typeof VersionStage>;

export const DetectorVersionInfo = z.object({
  id: VersionId,
  detector: DetectorName,
  /** The number in its manifest. */
  version: z.string(),
  stage: VersionStage,
  /** Where it alerts, in stage canary. */
  canary: CanarySelector.nullable(),
  /** Why it does not run although it is in a stage; null when nothing stands against it. */
  blocked: z.string().nullable(),
  summary: z.string(),
  language: z.string(),
  kinds: z.array(z.string()),
  capabilities: z.array(z.enum(CAPABILITIES)),
  severity: z.string(),
  tags: z.array(z.string()),
  mitre: z.array(z.string()),
  /** What was set; what is not here has its default. */
  config: DetectorConfig,
  /** What was uploaded. */
  upload: z.enum(['source', 'component', 'core']),
  encoding: z.enum(['utf8', 'utf16']),
  /** Host functions that it imports. */
  imports: z.array(z.string()),
  /** Of the upload, and of the guarded module that runs. */
  bytes: z.object({ upload: z.number().int(), module: z.number().int() }),
  /** sha256 of the guarded module. */
  module: z.string(),
  /** Pages of 64 KiB: at the start and at most. */
  memory: z.object({ min: z.number().int(), max: z.number().int() }),
  /** Id of the key that signed it; null for none. */
  signed_by: z.string().nullable(),
  created: Time,
  /** Id of the token. */
  created_by: z.string(),
});
export type DetectorVersionInfo = z.infer<typeof DetectorVersionInfo>;

/** A version with what was uploaded, for review. */
export const DetectorVersion = DetectorVersionInfo.extend({
  /** The manifest as it was uploaded. */
  manifest: z.string(),
  /** Sources by path; null for a binary. */
  source: z.record(z.string(), z.string()).nullable(),
  /** The uploaded binary in base64; null for sources. */
  binary: z.string().nullable(),
  signature: z.string().nullable(),
});
export type DetectorVersion = z.infer<typeof DetectorVersion>;

/** What took part in an upload that went well. */
export const DetectorUploaded = DetectorVersionInfo.extend({
  /** False when this version was there already: nothing was kept anew. */
  fresh: z.boolean(),
});
export type DetectorUploaded = z.infer<typeof DetectorUploaded>;

/** A version in a stage. */
export const StagedVersion = z.object({ id: VersionId, version: z.string(), blocked: z.string().nullable() });
export type StagedVersion = z.infer<typeof StagedVersion>;

export const DetectorInfo = z.object({
  name: DetectorName,
  /** Of the version that counts most: active, canary, shadow, newest. */
  summary: z.string(),
  /** Id of the token that it belongs to. */
  owner: z.string(),
  /** Namespaces that its owner sees, and so the detector; null for all. */
  namespaces: z.array(z.string()).nullable(),
  paused: z.boolean(),
  stages: z.object({
    shadow: StagedVersion.nullable(),
    canary: StagedVersion.extend({ canary: CanarySelector }).nullable(),
    active: StagedVersion.nullable(),
  }),
  grants: z.object({
    capabilities: z.array(z.enum(CAPABILITIES)),
    /** True when an operator has said so for this detector; else they are those of the server. */
    own: z.boolean(),
  }),
  /** How many are kept. */
  versions: z.number().int(),
  created: Time,
  /** Of the newest version or the last change of a stage. */
  changed: Time,
});
export type DetectorInfo = z.infer<typeof DetectorInfo>;

export const PromoteRequest = z
  .strictObject({
    version: VersionRef,
    stage: z.enum(DETECTOR_STAGES),
    /** For stage canary. */
    canary: CanarySelector.optional(),
  })
  .refine(({ stage, canary }) => (stage === 'canary') === (canary !== undefined), 'canary goes with stage canary');
export type PromoteRequest = z.input<typeof PromoteRequest>;

export const DetectorConfigRequest = z.strictObject({
  config: DetectorConfig,
  /** Left out: every version that is in a stage. */
  version: VersionRef.optional(),
});
export type DetectorConfigRequest = z.input<typeof DetectorConfigRequest>;

export const DetectorGrantsRequest = z.strictObject({
  /** Null: what the server grants to all. */
  capabilities: z.array(z.enum(CAPABILITIES)).nullable(),
});
export type DetectorGrantsRequest = z.input<typeof DetectorGrantsRequest>;

export const DetectorOwnerRequest = z.strictObject({
  /** Id of a token. The detector sees the namespaces that this token sees. */
  owner: z.string().min(1).max(100),
});
export type DetectorOwnerRequest = z.input<typeof DetectorOwnerRequest>;

const Count = z.number();

/** How one version fares on the control plane that answers, since it began to run there. */
export const DetectorStatsInfo = z.object({
  version: VersionId,
  number: z.string(),
  stage: z.enum(DETECTOR_STAGES),
  /** `idle`: nothing came for it yet; `refused`: it can not be started here. */
  state: z.enum(['idle', 'running', 'paused', 'quarantined', 'refused']),
  /** Why it is refused or quarantined, or what its last fault was. */
  reason: z.string().nullable(),
  /** Events that it was given, and calls in which. */
  events: Count,
  calls: Count,
  findings: Count,
  /** Beyond its limits. */
  dropped: z.object({ findings: Count, logs: Count, proposals: Count }),
  /** Calls that it ended with an error. */
  errors: Count,
  /** Faults by code. */
  traps: z.record(z.string(), Count),
  /** Instances that were put back from a snapshot because their process was gone. */
  restarts: Count,
  /** Events that it should have seen and did not, by reason. */
  skipped: z.record(z.string(), Count),
  fuel: Count,
  /** Time of a call within it, ns. */
  p50_ns: Count,
  p99_ns: Count,
  memory_bytes: Count,
  instances: Count,
  /** Events that wait for it. */
  queue: Count,
  /** Its part of the time of all detectors in the last minutes, 0 to 1. */
  cost_share: Count,
  /** The circuit breaker keeps it from running until then. */
  quarantined_until: Time.nullable(),
});
export type DetectorStatsInfo = z.infer<typeof DetectorStatsInfo>;

export const DetectorStatsList = z.object({ replica: z.string(), items: z.array(DetectorStatsInfo) });
export type DetectorStatsList = z.infer<typeof DetectorStatsList>;

export const DetectorLogLine = z.object({
  version: VersionId,
  /** Grows by one with every line of this version on this control plane. */
  number: z.number().int(),
  time: Time,
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
  partition: z.number().int(),
});
export type DetectorLogLine = z.infer<typeof DetectorLogLine>;

/** The oldest first. `next` goes into `after`; `missed` lines since then were pushed out by newer ones. */
export const DetectorLogs = z.object({ items: z.array(DetectorLogLine), next: z.string(), missed: z.number().int() });
export type DetectorLogs = z.infer<typeof DetectorLogs>;

/** A finding that was recorded and not told as an alert. */
export const DetectorFindingInfo = z.object({ version: VersionId, alert: Alert });
export type DetectorFindingInfo = z.infer<typeof DetectorFindingInfo>;

export const DetectorPage = pageOf(DetectorInfo);
export const DetectorVersionPage = pageOf(DetectorVersionInfo);
export const DetectorFindingPage = pageOf(DetectorFindingInfo);

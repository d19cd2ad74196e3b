import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { nanos } from '@nats-io/transport-node';
import { ALERT_STREAM, EVENT_STREAM } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';
import { ApiCode, apiCode, toBusError } from './bus-error.ts';
import type { BusSettings, StreamLimits } from './types.ts';

export const AUDIT_STREAM = 'PICKET_AUDIT';
/** Key-value bucket of leases, checkpoints and members. */
export const STATE_BUCKET = 'PICKET_STATE';
/** The stream behind it. */
export const STATE_STREAM = `KV_${STATE_BUCKET}`;

type WantedStream = Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects' | 'storage' | 'retention'>;

/** Messages published again within this time are recognised by their Nats-Msg-Id. */
const DUPLICATE_WINDOW_MS = 120_000;

/**
 * Makes the streams that are missing and brings the limits of the others up to date. Data is never deleted but by
 * the limits themselves.
 * @throws ControlPlaneError BUS_CONFLICT when a stream of that name was made for something else
 */
export async function ensureStreams(jsm: JetStreamManager, settings: BusSettings): Promise<void> {
  const wanted = [
    wantedStream(EVENT_STREAM, 'picket.events.>', settings.events, settings.streamReplicas),
    wantedStream(ALERT_STREAM, 'picket.alerts.>', settings.alerts, settings.streamReplicas),
    wantedStream(AUDIT_STREAM, 'picket.audit.>', settings.audit, settings.streamReplicas),
  ];
  for (const stream of wanted) await ensureStream(jsm, stream);
}

/** Opens the bucket of leases and checkpoints; makes it when it is missing. Reads go to the leader, never to a stale copy. */
export async function ensureStateBucket(js: JetStreamClient, settings: BusSettings): Promise<KV> {
  try {
    return await new Kvm(js).create(STATE_BUCKET, {
      history: 1,
      storage: StorageType.File,
      replicas: settings.streamReplicas,
      allow_direct: false,
    });
  } catch (cause) {
    throw toBusError(cause, `open the bucket ${STATE_BUCKET}`);
  }
}

function wantedStream(name: string, subject: string, limits: StreamLimits, replicas: number): WantedStream {
  return {
    name,
    subjects: [subject],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_bytes: limits.maxBytes,
    max_age: nanos(limits.maxAgeMs),
    duplicate_window: nanos(Math.min(DUPLICATE_WINDOW_MS, limits.maxAgeMs)),
    num_replicas: replicas,
    // Stored messages can be read without a consumer: all that the role subscriber may do.
    allow_direct: true,
  };
}

async function ensureStream(jsm: JetStreamManager, wanted: WantedStream): Promise<void> {
  const found = await findStream(jsm, wanted.name);
  if (!found) return addStream(jsm, wanted);
  refuseForeign(found, wanted);
  const current = found.config;
  const same = (['max_bytes', 'max_age', 'duplicate_window', 'discard', 'num_replicas', 'allow_direct'] as const).every(
    (key) => current[key] === wanted[key],
  );
  if (same) return;
  try {
    await jsm.streams.update(wanted.name, wanted);
  } catch (cause) {
    throw toBusError(cause, `change the limits of stream ${wanted.name}`);
  }
}

async function findStream(jsm: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(name);
  } catch (cause) {
    if (apiCode(cause) === ApiCode.streamNotFound) return undefined;
    throw toBusError(cause, `look at stream ${name}`);
  }
}

async function addStream(jsm: JetStreamManager, wanted: WantedStream): Promise<void> {
  try {
    await jsm.streams.add(wanted);
  } catch (cause) {
    const code = apiCode(cause);
    // Another replica was faster, with settings of its own.
    if (code === ApiCode.streamNameInUse) return ensureStream(jsm, wanted);
    if (code === ApiCode.subjectsOverlap)
      throw new ControlPlaneError(
        'BUS_CONFLICT',
        `stream ${wanted.name} can not be made: another stream of this NATS account already takes ${wanted.subjects.join(', ')}. Remove that stream or use another account`,
        { cause },
      );
    throw toBusError(cause, `make stream ${wanted.name}`);
  }
}

function refuseForeign(found: StreamInfo, wanted: WantedStream): void {
  const has = found.config;
  const facts = [
    has.subjects.join(', ') !== wanted.subjects.join(', ') && `has the subjects ${has.subjects.join(', ')}`,
    has.retention !== wanted.retention && `has the retention ${has.retention}`,
    has.storage !== wanted.storage && `keeps its messages in ${has.storage}`,
  ].filter(Boolean);
  if (facts.length === 0) return;
  throw new ControlPlaneError(
    'BUS_CONFLICT',
    `stream ${wanted.name} exists and ${facts.join(' and ')}, but Picket needs ${wanted.subjects.join(', ')} with retention ${wanted.retention} in ${wanted.storage}: remove the stream or use another NATS account`,
  );
}

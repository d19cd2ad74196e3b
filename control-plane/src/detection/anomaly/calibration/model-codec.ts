import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { messageOf } from '@picket/sdk/errors';
import { SCALARS } from '../features/scalars.ts';
import { ModelBundle } from '../models/bundle.ts';
import { ModelError } from '../models/model-error.ts';
import { PARTS } from '../models/parts.ts';
import type { CalibratedModelData, LengthCalibration, ScoreCalibration } from './calibrated-model.ts';
import { isMixture } from './saved-mixture.ts';
import { type SavedMixture, ScoreMixture } from './score-mixture.ts';

/** "PKCM", u16 version, u16 0, u32 length of the packed JSON, the packed JSON, the bundle. */
const MAGIC = 0x4d434b50;
const VERSION = 1;
const HEAD = 12;
const MAX_JSON = 4 << 20;
const PACKED = { params: { [constants.ZSTD_c_compressionLevel]: 9 } };

interface SavedCalibration {
  readonly parts: readonly (SavedMixture | null)[];
  readonly fused: SavedMixture;
}

interface SavedLength {
  readonly steady: SavedCalibration | null;
  readonly edge: SavedCalibration | null;
  /** Median and high value of each scalar. */
  readonly usual: readonly number[];
}

export function writeCalibratedModel({ bundle, windows, runs, ten, sixty }: CalibratedModelData): Uint8Array {
  const json = JSON.stringify({ windows, runs, ten: saveLength(ten), sixty: saveLength(sixty) });
  const packed = zstdCompressSync(json, PACKED);
  const models = bundle.save();
  const out = new Uint8Array(HEAD + packed.length + models.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint32(8, packed.length, true);
  out.set(packed, HEAD);
  out.set(models, HEAD + packed.length);
  return out;
}

const saveCalibration = ({ parts, fused }: ScoreCalibration): SavedCalibration => ({
  parts: parts.map((mixture) => mixture?.saved ?? null),
  fused: fused.saved,
});

const saveLength = ({ steady, edge, usual }: LengthCalibration): SavedLength => ({
  steady: steady ? saveCalibration(steady) : null,
  edge: edge ? saveCalibration(edge) : null,
  usual: usual.flatMap(({ median, high }) => [median, high]),
});

/** @throws ModelError MODEL_MALFORMED, MODEL_VERSION */
export function readCalibratedModel(bytes: Uint8Array): CalibratedModelData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD || view.getUint32(0, true) !== MAGIC) throw malformed('they do not begin like one');
  const version = view.getUint16(4, true);
  if (version !== VERSION)
    throw new ModelError('MODEL_VERSION', `the model has version ${version}, this Picket reads ${VERSION}: train anew`);
  const end = HEAD + view.getUint32(8, true);
  if (end > bytes.length) throw malformed('they are cut off');
  const saved = readJson(bytes.subarray(HEAD, end));
  const { windows, runs } = saved;
  if (typeof windows !== 'number' || typeof runs !== 'number') throw malformed('numbers are missing');
  const bundle = ModelBundle.load(bytes.subarray(end));
  return { bundle, windows, runs, ten: readLength(saved.ten), sixty: readLength(saved.sixty) };
}

function readJson(packed: Uint8Array): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(zstdDecompressSync(packed, { maxOutputLength: MAX_JSON }).toString());
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch (cause) {
    throw malformed(messageOf(cause), cause);
  }
  throw malformed('there is no object in them');
}

function readLength(value: unknown): LengthCalibration {
  const { steady, edge, usual } = (value ?? {}) as Partial<SavedLength>;
  if (!Array.isArray(usual) || !usual.every((amount) => typeof amount === 'number'))
    throw malformed('the usual amounts are damaged');
  return {
    steady: readCalibration(steady),
    edge: readCalibration(edge),
    usual: SCALARS.map((_, i) => ({ median: usual[2 * i] ?? 0, high: usual[2 * i + 1] ?? 0 })),
  };
}

function readCalibration(value: SavedCalibration | null | undefined): ScoreCalibration | undefined {
  if (value === null) return undefined;
  const { parts, fused }: Partial<SavedCalibration> = value ?? {};
  if (
    !Array.isArray(parts) ||
    parts.length !== PARTS.length ||
    !parts.every((part) => part === null || isMixture(part))
  )
    throw malformed('the calibration of its parts is damaged');
  if (!isMixture(fused)) throw malformed('the calibration of its score is damaged');
  return {
    parts: parts.map((part: SavedMixture | null) => (part ? ScoreMixture.from(part) : undefined)),
    fused: ScoreMixture.from(fused),
  };
}

const malformed = (why: string, cause?: unknown) =>
  new ModelError('MODEL_MALFORMED', `the bytes are no calibrated model: ${why}`, { cause });

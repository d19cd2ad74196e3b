import type { DetectorConfig, DetectorManifest } from '@picket/sdk/client';
import type { Kysely, Selectable } from 'kysely';
import { nextNumbers } from '../counters.ts';
import { cutPage, decodePosition } from '../page-position.ts';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';
import type { DetectorVersionsTable } from './detector-tables.ts';

/** An uploaded version without its files. Times in ms since 1970. */
export interface DetectorVersionHead {
  /** sha256 over manifest and upload, hexadecimal. */
  readonly id: string;
  /** Of the detector. */
  readonly name: string;
  readonly version: string;
  /** Grows with every version. */
  readonly sequence: number;
  readonly manifestText: string;
  readonly manifest: DetectorManifest;
  readonly config: DetectorConfig;
  readonly encoding: 'utf8' | 'utf16';
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  /** Pages of 64 KiB. */
  readonly memory: { readonly min: number; readonly max: number };
  readonly moduleHash: string;
  readonly moduleBytes: number;
  readonly upload: 'source' | 'component' | 'core';
  readonly uploadBytes: number;
  readonly signature: string | null;
  readonly signedBy: string | null;
  readonly created: number;
  readonly createdBy: string;
}

/** The large parts of a version. */
export interface DetectorFiles {
  /** The guarded core module. */
  readonly module: Uint8Array;
  /** The uploaded file, or the JSON of the sources. */
  readonly upload: Uint8Array;
}

/** What a version takes of the room of its owner. */
export interface VersionSizes {
  readonly versions: number;
  readonly bytes: number;
}

/** Uploaded versions of detectors with their files. */
export class DetectorVersionStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Within a transaction. The number of the version is given here. */
  async insert(version: Omit<DetectorVersionHead, 'sequence'>, files: DetectorFiles): Promise<void> {
    const sequence = await nextNumbers(this.#db, 'detector_versions', 1);
    await this.#db.insertInto('detector_versions').values(rowOf(version, sequence)).execute();
    await this.#db
      .insertInto('detector_files')
      .values({ version_id: version.id, module: files.module, upload: files.upload })
      .execute();
  }

  async get(id: string): Promise<DetectorVersionHead | undefined> {
    const row = await this.#db
      .selectFrom('detector_versions')
      .selectAll()
      .where('id', '=', storableText(id))
      .executeTakeFirst();
    return row && headOf(row);
  }

  async files(id: string): Promise<DetectorFiles | undefined> {
    const row = await this.#db
      .selectFrom('detector_files')
      .selectAll()
      .where('version_id', '=', storableText(id))
      .executeTakeFirst();
    return row && { module: new Uint8Array(row.module), upload: new Uint8Array(row.upload) };
  }

  /** Only what runs of a version. */
  async module(id: string): Promise<Uint8Array | undefined> {
    const row = await this.#db
      .selectFrom('detector_files')
      .select('module')
      .where('version_id', '=', storableText(id))
      .executeTakeFirst();
    return row && new Uint8Array(row.module);
  }

  /** All of a detector, the newest first. */
  async of(name: string): Promise<DetectorVersionHead[]> {
    const rows = await this.#db
      .selectFrom('detector_versions')
      .selectAll()
      .where('name', '=', storableText(name))
      .orderBy('sequence', 'desc')
      .execute();
    return rows.map(headOf);
  }

  /** The one that was uploaded last. */
  async newest(name: string): Promise<DetectorVersionHead | undefined> {
    return (await this.list(name, 1)).items[0];
  }

  async count(name: string): Promise<number> {
    const row = await this.#db
      .selectFrom('detector_versions')
      .select((eb) => eb.fn.countAll().as('versions'))
      .where('name', '=', storableText(name))
      .executeTakeFirstOrThrow();
    return Number(row.versions);
  }

  /** The newest first. @throws ControlPlaneError REQUEST_INVALID for a made-up cursor */
  async list(
    name: string,
    limit: number,
    cursor?: string,
  ): Promise<{ items: DetectorVersionHead[]; next: string | null }> {
    const after = cursor === undefined ? undefined : decodePosition(cursor);
    const rows = await this.#db
      .selectFrom('detector_versions')
      .selectAll()
      .where('name', '=', storableText(name))
      .$if(after !== undefined, (query) => query.where('sequence', '<', after?.at ?? 0))
      .orderBy('sequence', 'desc')
      .limit(limit + 1)
      .execute();
    const page = cutPage(rows, limit, (row) => ({ at: row.sequence, id: 'version' }));
    return { items: page.rows.map(headOf), next: page.next };
  }

  /** What all detectors of an owner hold together. */
  async sizesOf(owner: string): Promise<VersionSizes> {
    const row = await this.#db
      .selectFrom('detector_versions')
      .innerJoin('detectors', 'detectors.name', 'detector_versions.name')
      .select((eb) => [
        eb.fn.countAll().as('versions'),
        eb.fn.sum('detector_versions.module_bytes').as('modules'),
        eb.fn.sum('detector_versions.upload_bytes').as('uploads'),
      ])
      .where('detectors.owner', '=', storableText(owner))
      .executeTakeFirstOrThrow();
    return { versions: Number(row.versions), bytes: Number(row.modules ?? 0) + Number(row.uploads ?? 0) };
  }

  async setConfig(id: string, config: DetectorConfig): Promise<void> {
    await this.#db
      .updateTable('detector_versions')
      .set({ config: JSON.stringify(config) })
      .where('id', '=', id)
      .execute();
  }

  /** With its files. False when there is none. */
  async delete(id: string): Promise<boolean> {
    const result = await this.#db.deleteFrom('detector_versions').where('id', '=', storableText(id)).executeTakeFirst();
    return result.numDeletedRows > 0n;
  }
}

function rowOf(version: Omit<DetectorVersionHead, 'sequence'>, sequence: number): DetectorVersionsTable {
  return {
    id: version.id,
    name: version.name,
    version: version.version,
    sequence,
    manifest_text: storableText(version.manifestText),
    manifest: JSON.stringify(version.manifest),
    config: JSON.stringify(version.config),
    encoding: version.encoding,
    imports: JSON.stringify(version.imports),
    exports: JSON.stringify(version.exports),
    memory_min: version.memory.min,
    memory_max: version.memory.max,
    module_hash: version.moduleHash,
    module_bytes: version.moduleBytes,
    upload: version.upload,
    upload_bytes: version.uploadBytes,
    signature: version.signature,
    signed_by: version.signedBy && storableText(version.signedBy),
    created_ms: version.created,
    created_by: version.createdBy,
  };
}

const headOf = (row: Selectable<DetectorVersionsTable>): DetectorVersionHead => ({
  id: row.id,
  name: row.name,
  version: row.version,
  sequence: row.sequence,
  manifestText: row.manifest_text,
  manifest: JSON.parse(row.manifest) as DetectorManifest,
  config: JSON.parse(row.config) as DetectorConfig,
  encoding: row.encoding === 'utf16' ? 'utf16' : 'utf8',
  imports: JSON.parse(row.imports) as string[],
  exports: JSON.parse(row.exports) as string[],
  memory: { min: row.memory_min, max: row.memory_max },
  moduleHash: row.module_hash,
  moduleBytes: row.module_bytes,
  upload: row.upload as DetectorVersionHead['upload'],
  uploadBytes: row.upload_bytes,
  signature: row.signature,
  signedBy: row.signed_by,
  created: row.created_ms,
  createdBy: row.created_by,
});

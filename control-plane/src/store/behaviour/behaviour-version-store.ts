import type { HeldOutRate, ModelThreshold } from '@picket/sdk/client';
import type { Kysely, Selectable } from 'kysely';
import { nextNumbers } from '../counters.ts';
import { cutPage, decodePosition } from '../page-position.ts';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';
import type { BehaviourVersionsTable } from './behaviour-tables.ts';

/** What a training or an import led to, without model and profile. Times in ms since 1970. */
export interface BehaviourVersionHead {
  /** sha256 over its contents and its workload, hexadecimal. */
  readonly id: string;
  /** Id. */
  readonly workload: string;
  /** Grows with every version. */
  readonly sequence: number;
  readonly origin: 'trained' | 'imported';
  readonly created: number;
  readonly createdBy: string;
  readonly seed: number;
  readonly windows: number;
  readonly runs: number;
  readonly tokens: number;
  /** Tokens by the letter of their class. */
  readonly classes: Readonly<Record<string, number>>;
  readonly modelBytes: number;
  readonly profileBytes: number;
  readonly threshold: ModelThreshold;
  readonly heldOut: HeldOutRate | null;
  readonly anchorDrift: string | null;
  readonly report: Readonly<Record<string, unknown>>;
  /** Newest material that it was made of. */
  readonly material: number;
}

/** The large parts of a version. */
export interface BehaviourBlobs {
  /** Empty where a profile was imported without a model. */
  readonly model: Uint8Array;
  readonly profile: Uint8Array;
}

/** The newest versions that are kept of a workload, beside those that it refers to. */
export const KEPT_VERSIONS = 10;

/** Versions of models with their profiles. */
export class BehaviourVersionStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Within a transaction. False when the same version is there already: nothing is changed. */
  async insert(version: Omit<BehaviourVersionHead, 'sequence'>, { model, profile }: BehaviourBlobs): Promise<boolean> {
    if (await this.get(version.id)) return false;
    const sequence = await nextNumbers(this.#db, 'behaviour_versions', 1);
    await this.#db
      .insertInto('behaviour_versions')
      .values(rowOf({ ...version, sequence }))
      .execute();
    await this.#db.insertInto('behaviour_blobs').values({ version_id: version.id, model, profile }).execute();
    return true;
  }

  async get(id: string): Promise<BehaviourVersionHead | undefined> {
    const row = await this.#db
      .selectFrom('behaviour_versions')
      .selectAll()
      .where('id', '=', storableText(id))
      .executeTakeFirst();
    return row && headOf(row);
  }

  /** Those of the ids that there are. */
  async some(ids: readonly string[]): Promise<Map<string, BehaviourVersionHead>> {
    const found = new Map<string, BehaviourVersionHead>();
    // PostgreSQL and SQLite take some ten thousand parameters; pages keep far below
    for (let at = 0; at < ids.length; at += PAGE) {
      const rows = await this.#db
        .selectFrom('behaviour_versions')
        .selectAll()
        .where('id', 'in', ids.slice(at, at + PAGE))
        .execute();
      for (const row of rows) found.set(row.id, headOf(row));
    }
    return found;
  }

  async blobs(id: string): Promise<BehaviourBlobs | undefined> {
    const row = await this.#db
      .selectFrom('behaviour_blobs')
      .select(['model', 'profile'])
      .where('version_id', '=', storableText(id))
      .executeTakeFirst();
    return row && { model: new Uint8Array(row.model), profile: new Uint8Array(row.profile) };
  }

  /** All of a workload, the newest first. */
  async of(workload: string): Promise<BehaviourVersionHead[]> {
    const rows = await this.#db
      .selectFrom('behaviour_versions')
      .selectAll()
      .where('workload', '=', storableText(workload))
      .orderBy('sequence', 'desc')
      .execute();
    return rows.map(headOf);
  }

  /** How many each of some workloads has. */
  async counts(workloads: readonly string[]): Promise<Map<string, number>> {
    if (workloads.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('behaviour_versions')
      .select((eb) => ['workload', eb.fn.countAll().as('versions')])
      .where('workload', 'in', workloads)
      .groupBy('workload')
      .execute();
    return new Map(rows.map(({ workload, versions }) => [workload, Number(versions)]));
  }

  /** The newest first. @throws ControlPlaneError REQUEST_INVALID for a made-up cursor */
  async list(
    workload: string,
    limit: number,
    cursor?: string,
  ): Promise<{ items: BehaviourVersionHead[]; next: string | null }> {
    const after = cursor === undefined ? undefined : decodePosition(cursor);
    const rows = await this.#db
      .selectFrom('behaviour_versions')
      .selectAll()
      .where('workload', '=', storableText(workload))
      .$if(after !== undefined, (query) => query.where('sequence', '<', after?.at ?? 0))
      .orderBy('sequence', 'desc')
      .limit(limit + 1)
      .execute();
    const page = cutPage(rows, limit, (row) => ({ at: row.sequence, id: 'version' }));
    return { items: page.rows.map(headOf), next: page.next };
  }

  /** Removes what is older than the newest `KEPT_VERSIONS`, but not those that are named. @returns ids of those that are gone */
  async forgetOld(workload: string, named: readonly string[]): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('behaviour_versions')
      .select('id')
      .where('workload', '=', workload)
      .orderBy('sequence', 'desc')
      .execute();
    const old = rows.slice(KEPT_VERSIONS).flatMap(({ id }) => (named.includes(id) ? [] : [id]));
    if (old.length > 0) await this.#db.deleteFrom('behaviour_versions').where('id', 'in', old).execute();
    return old;
  }
}

const PAGE = 500;

const rowOf = (version: BehaviourVersionHead): BehaviourVersionsTable => ({
  id: version.id,
  workload: version.workload,
  sequence: version.sequence,
  origin: version.origin,
  created_ms: version.created,
  created_by: version.createdBy,
  seed: version.seed,
  windows: version.windows,
  runs: version.runs,
  tokens: version.tokens,
  classes: JSON.stringify(version.classes),
  model_bytes: version.modelBytes,
  profile_bytes: version.profileBytes,
  threshold: JSON.stringify(version.threshold),
  held_out: version.heldOut && JSON.stringify(version.heldOut),
  anchor_drift: version.anchorDrift && storableText(version.anchorDrift),
  report: JSON.stringify(version.report),
  material_ms: version.material,
});

const headOf = (row: Selectable<BehaviourVersionsTable>): BehaviourVersionHead => ({
  id: row.id,
  workload: row.workload,
  sequence: row.sequence,
  origin: row.origin === 'imported' ? 'imported' : 'trained',
  created: row.created_ms,
  createdBy: row.created_by,
  seed: row.seed,
  windows: row.windows,
  runs: row.runs,
  tokens: row.tokens,
  classes: JSON.parse(row.classes) as Record<string, number>,
  modelBytes: row.model_bytes,
  profileBytes: row.profile_bytes,
  threshold: JSON.parse(row.threshold) as ModelThreshold,
  heldOut: row.held_out === null ? null : (JSON.parse(row.held_out) as HeldOutRate),
  anchorDrift: row.anchor_drift,
  report: JSON.parse(row.report) as Record<string, unknown>,
  material: row.material_ms,
});

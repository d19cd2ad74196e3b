import type { Alert } from '@picket/sdk';
import { type Kysely, sql } from 'kysely';
import { nextNumbers } from '../counters.ts';
import { inTransaction } from '../in-transaction.ts';
import { cutPage, decodePosition } from '../page-position.ts';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';

/** A finding of a version that was recorded and not told. */
export interface RecordedFinding {
  readonly versionId: string;
  /** Of the detector. */
  readonly name: string;
  readonly alert: Alert;
}

/** Findings that are kept of one version: the newest. */
export const MOST_FINDINGS = 1000;
/** And how long they may be together. */
export const MOST_CHARACTERS = 4 << 20;

/** Recorded findings, bounded for each version. */
export class DetectorFindingStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /**
   * Writes all or none. A newer revision takes the place of an older one and counts as new; findings of versions that
   * were deleted meanwhile are passed over.
   */
  async write(findings: readonly RecordedFinding[]): Promise<void> {
    if (findings.length === 0) return;
    await inTransaction(this.#db, async (trx) => {
      const ids = [...new Set(findings.map(({ versionId }) => versionId))];
      const rows = await trx.selectFrom('detector_versions').select(['id', 'name']).where('id', 'in', ids).execute();
      const known = new Map(rows.map(({ id, name }) => [id, name]));
      const kept = findings.filter(({ versionId, name }) => known.get(versionId) === name);
      const first = await nextNumbers(trx, 'detector_findings', kept.length);
      for (const [at, finding] of kept.entries()) await put(trx, finding, first + at);
      for (const id of new Set(kept.map(({ versionId }) => versionId))) await forgetOld(trx, id);
    });
  }

  /** The newest first. @throws ControlPlaneError REQUEST_INVALID for a made-up cursor */
  async list(
    name: string,
    versionId: string | undefined,
    limit: number,
    cursor?: string,
  ): Promise<{ items: RecordedFinding[]; next: string | null }> {
    const after = cursor === undefined ? undefined : decodePosition(cursor);
    const rows = await this.#db
      .selectFrom('detector_findings')
      .selectAll()
      .where('name', '=', storableText(name))
      .$if(versionId !== undefined, (query) => query.where('version_id', '=', versionId ?? ''))
      .$if(after !== undefined, (query) => query.where('sequence', '<', after?.at ?? 0))
      .orderBy('sequence', 'desc')
      .limit(limit + 1)
      .execute();
    const page = cutPage(rows, limit, (row) => ({ at: row.sequence, id: 'finding' }));
    const items = page.rows.map((row) => ({
      versionId: row.version_id,
      name: row.name,
      alert: JSON.parse(row.body) as Alert,
    }));
    return { items, next: page.next };
  }

  async deleteOf(versionId: string): Promise<void> {
    await this.#db.deleteFrom('detector_findings').where('version_id', '=', versionId).execute();
  }

  /** Of all versions of a detector. */
  async deleteAll(name: string): Promise<void> {
    await this.#db.deleteFrom('detector_findings').where('name', '=', storableText(name)).execute();
  }
}

async function put(trx: Kysely<Tables>, { versionId, name, alert }: RecordedFinding, sequence: number): Promise<void> {
  const values = { sequence, revision: alert.revision, body: storableText(JSON.stringify(alert)) };
  await trx
    .insertInto('detector_findings')
    .values({ version_id: versionId, name, uuid: alert.uuid, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['version_id', 'uuid'])
        .doUpdateSet(values)
        .where('detector_findings.revision', '<', alert.revision),
    )
    .execute();
}

async function forgetOld(trx: Kysely<Tables>, versionId: string): Promise<void> {
  const told = trx
    .selectFrom('detector_findings')
    .where('version_id', '=', versionId)
    .select([
      'sequence',
      sql<number>`row_number() over (order by sequence desc)`.as('place'),
      sql<number>`sum(length(body)) over (order by sequence desc)`.as('characters'),
    ])
    .as('told');
  const last = await trx
    .selectFrom(told)
    .select('sequence')
    .where((where) => where.or([where('place', '>', MOST_FINDINGS), where('characters', '>', MOST_CHARACTERS)]))
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!last) return;
  await trx
    .deleteFrom('detector_findings')
    .where('version_id', '=', versionId)
    .where('sequence', '<=', last.sequence)
    .execute();
}

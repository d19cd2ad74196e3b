import type { CanarySelector } from '@picket/sdk/client';
import type { Kysely, Selectable } from 'kysely';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';
import type { DetectorStagesTable } from './detector-tables.ts';

/** Which version of a detector is in which stage, by id; null for none. */
export interface DetectorStages {
  readonly shadow: string | null;
  readonly canary: { readonly id: string; readonly selector: CanarySelector } | null;
  readonly active: string | null;
}

/** A change of the stages of a detector. */
export interface StageChange extends DetectorStages {
  readonly revision: number;
  readonly name: string;
  /** The change that a rollback goes back to; null when there is none. */
  readonly parent: number | null;
  /** ms since 1970. */
  readonly time: number;
  readonly actor: string;
}

/** Changes that are remembered of one detector. */
const MOST_CHANGES = 500;

/** The story of the stages: which version was where when. */
export class DetectorStageStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** What holds for a detector; undefined when nothing was ever in a stage. */
  async current(name: string): Promise<StageChange | undefined> {
    const row = await this.#db
      .selectFrom('detector_stages')
      .selectAll()
      .where('name', '=', storableText(name))
      .orderBy('revision', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && changeOf(row);
  }

  /** What holds for each detector. */
  async all(): Promise<StageChange[]> {
    const rows = await this.#db
      .selectFrom('detector_stages')
      .selectAll()
      .where('revision', 'in', (eb) =>
        eb
          .selectFrom('detector_stages')
          .select((inner) => inner.fn.max('revision').as('revision'))
          .groupBy('name'),
      )
      .orderBy('name')
      .execute();
    return rows.map(changeOf);
  }

  async at(name: string, revision: number): Promise<StageChange | undefined> {
    const row = await this.#db
      .selectFrom('detector_stages')
      .selectAll()
      .where('name', '=', storableText(name))
      .where('revision', '=', revision)
      .executeTakeFirst();
    return row && changeOf(row);
  }

  /** Ids of versions that were ever canary or active, as far as it is remembered. */
  async everTold(name: string): Promise<Set<string>> {
    const rows = await this.#db
      .selectFrom('detector_stages')
      .select(['canary', 'active'])
      .distinct()
      .where('name', '=', storableText(name))
      .execute();
    return new Set(rows.flatMap(({ canary, active }) => [canary, active]).filter((id) => id !== null));
  }

  /** Within a transaction that took the revision. */
  async insert(change: StageChange): Promise<void> {
    await this.#replaceSilent(change);
    await this.#db
      .insertInto('detector_stages')
      .values({
        revision: change.revision,
        name: change.name,
        shadow: change.shadow,
        canary: change.canary?.id ?? null,
        selector: change.canary && JSON.stringify(change.canary.selector),
        active: change.active,
        parent: change.parent,
        time_ms: change.time,
        actor: change.actor,
      })
      .execute();
    await this.#forgetOld(change.name);
  }

  /**
   * A change of the shadow alone takes the place of the one before: an author makes as many as it likes, and must not push out
   * what an operator may want to go back to. Nothing refers to the newest change, so it may go.
   */
  async #replaceSilent(change: StageChange): Promise<void> {
    const before = await this.current(change.name);
    if (!before || toldBy(before) !== toldBy(change)) return;
    await this.#db
      .deleteFrom('detector_stages')
      .where('name', '=', change.name)
      .where('revision', '=', before.revision)
      .execute();
  }

  async #forgetOld(name: string): Promise<void> {
    const oldest = await this.#db
      .selectFrom('detector_stages')
      .select('revision')
      .where('name', '=', name)
      .orderBy('revision', 'desc')
      .offset(MOST_CHANGES)
      .limit(1)
      .executeTakeFirst();
    if (!oldest) return;
    await this.#db
      .deleteFrom('detector_stages')
      .where('name', '=', name)
      .where('revision', '<=', oldest.revision)
      .execute();
  }
}

const toldBy = ({ canary, active, parent }: StageChange): string => JSON.stringify([canary, active, parent]);

const changeOf = (row: Selectable<DetectorStagesTable>): StageChange => ({
  revision: row.revision,
  name: row.name,
  shadow: row.shadow,
  canary: row.canary === null ? null : { id: row.canary, selector: JSON.parse(row.selector ?? '{}') as CanarySelector },
  active: row.active,
  parent: row.parent,
  time: row.time_ms,
  actor: row.actor,
});

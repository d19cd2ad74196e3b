import { AlarmController, type SavedController } from '../calibration/alarm-controller.ts';
import type { BehaviourProgram, LiveWorkload } from './behaviour-program.ts';
import type { ObservedAlarms } from './engine-stats.ts';
import { nameOf } from './program-index.ts';

/** What came of one workload in one partition. */
export interface WorkloadBook {
  readonly controller: AlarmController;
  readonly alarmsPerDay: number;
  /** Version and what of it was told already. */
  told: readonly string[];
}

export interface SavedBook {
  readonly name: string;
  readonly alarmsPerDay: number;
  readonly controller: SavedController;
  readonly told: readonly string[];
}

const HOURS_PER_DAY = 24;

/** What came of each workload: alarms of the last day, the time they came in, and what follows for its thresholds. */
export class WorkloadBooks {
  readonly #books = new Map<string, WorkloadBook>();
  #usual = 1;

  /** A workload without a target of its own has that of the settings. */
  of(live: LiveWorkload): WorkloadBook {
    const name = nameOf(live);
    const alarmsPerDay = live.alarmsPerDay ?? this.#usual;
    const known = this.#books.get(name);
    if (known?.alarmsPerDay === alarmsPerDay) return known;
    const book = openBook({ name, alarmsPerDay, told: known?.told ?? [], controller: known?.controller.saved });
    this.#books.set(name, book);
    return book;
  }

  /** Whether it is the first time that something is said of a version. */
  isNews(live: LiveWorkload, what: string): boolean {
    const book = this.of(live);
    const said = `${live.versionId} ${what}`;
    if (book.told.includes(said)) return false;
    book.told = [...book.told.filter((one) => one.startsWith(`${live.versionId} `)), said];
    return true;
  }

  /** Of the last day. */
  observed(name: Pick<LiveWorkload, 'key' | 'digest'>): ObservedAlarms | undefined {
    const saved = this.#books.get(nameOf(name))?.controller.saved;
    return saved && { alarms: sum(saved.alarms), containerDays: sum(saved.exposure) / HOURS_PER_DAY };
  }

  /** Forgets workloads that have no model any more. */
  take({ workloads, settings }: BehaviourProgram): void {
    this.#usual = settings.alarmsPerDay;
    const used = new Set(workloads.map(nameOf));
    for (const name of this.#books.keys()) if (!used.has(name)) this.#books.delete(name);
  }

  save(): SavedBook[] {
    return [...this.#books].map(([name, { controller, alarmsPerDay, told }]) => ({
      ...{ name, alarmsPerDay, told },
      controller: controller.saved,
    }));
  }

  restore(saved: readonly SavedBook[]): void {
    this.#books.clear();
    for (const book of saved) this.#books.set(book.name, openBook(book));
  }
}

function openBook({ alarmsPerDay, told, controller: saved }: Opening): WorkloadBook {
  const controller = new AlarmController(alarmsPerDay);
  if (saved) controller.restore(saved);
  return { controller, alarmsPerDay, told };
}

type Opening = Omit<SavedBook, 'controller'> & { readonly controller: SavedController | undefined };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

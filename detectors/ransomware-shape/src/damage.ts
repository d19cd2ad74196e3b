import { DistinctWindow, KeyedTable } from '@picket/detector';

const SPREAD: u64 = 0x9e3779b97f4a7c15;

/** When a process had both its notes and its damage; 0 before. */
@unmanaged
class Sign {
  notes: u64;
  damage: u64;
}

/** What processes have done to files within the window. */
export class Damage {
  private readonly files: DistinctWindow;
  private readonly folders: DistinctWindow;
  private readonly notes: DistinctWindow;
  private readonly signs: KeyedTable<Sign>;

  /** @param window in ns */
  constructor(private most: u32, private spread: u32, notes: u32, private window: u64, keys: i32) {
    this.files = new DistinctWindow(most, window, keys);
    this.folders = new DistinctWindow(spread, window, keys);
    this.notes = new DistinctWindow(notes, window, keys << 1);
    this.signs = new KeyedTable<Sign>(keys, window);
  }

  /** A file and its folder; true when with it files and folders are enough. `kind` tells kinds of damage apart. */
  add(key: u64, start: u64, kind: u64, file: u64, folder: u64, now: u64): bool {
    const k1 = start * SPREAD + kind;
    const lastFile = this.files.add(key, k1, <u32>(file ^ (file >> 32)), now);
    const lastFolder = this.folders.add(key, k1, <u32>(folder ^ (folder >> 32)), now);
    return (lastFile && this.folders.count >= this.spread) || (lastFolder && this.files.count >= this.most);
  }

  /** A new file by name; true when it is in enough folders. */
  addNote(key: u64, start: u64, name: u64, folder: u64, now: u64): bool {
    return this.notes.add(key, start * SPREAD + name, <u32>(folder ^ (folder >> 32)), now);
  }

  /** A sign came up; true when the other one is there, too. */
  sign(key: u64, start: u64, isNote: bool, now: u64): bool {
    const sign = this.signs.touch(key, start, now);
    if (isNote) sign.notes = now;
    else sign.damage = now;
    return sign.notes != 0 && sign.damage != 0 && this.isNear(sign.notes, sign.damage);
  }

  private isNear(a: u64, b: u64): bool {
    return (a > b ? a - b : b - a) <= this.window;
  }
}

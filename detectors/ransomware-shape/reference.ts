import { type EventCursor, FileModify, FileOpen, Kind, ProcessFork } from '@picket/sdk';
import { Expiring } from '../reference/expiring.ts';
import { ReferenceWindow } from '../reference/reference-window.ts';

/** Settings of the detector, as in its manifest. */
export interface RansomwareConfig {
  readonly files: number;
  readonly folders: number;
  readonly notes: number;
  readonly seconds: number;
  readonly harmless: readonly string[];
  readonly note_kinds: readonly string[];
  readonly keys: number;
}

/** The event at hand. */
interface At {
  readonly container: string;
  /** Processes that it is put down to. */
  readonly line: readonly string[];
  readonly now: bigint;
}

const RENAMES = [82, 264, 316];

/** What the detector must find, in the plainest words: the tests hold the module against it. */
export class RansomwareReference {
  readonly #config: RansomwareConfig;
  readonly #files: ReferenceWindow;
  readonly #folders: ReferenceWindow;
  readonly #notes: ReferenceWindow;
  readonly #parents = new Map<string, string>();
  /** Files made within the window, and what they are without extension. */
  readonly #made: Expiring<string>;
  readonly #stems: Expiring<string>;
  readonly #signs = new Map<string, { note?: bigint; damage?: bigint; seen: bigint }>();

  constructor(config: RansomwareConfig) {
    const { files, folders, notes, seconds, keys } = config;
    this.#config = config;
    this.#files = new ReferenceWindow(files, seconds, keys);
    this.#folders = new ReferenceWindow(folders, seconds, keys);
    this.#notes = new ReferenceWindow(notes, seconds, keys * 2);
    this.#made = new Expiring(seconds, keys * 4);
    this.#stems = new Expiring(seconds, keys * 4);
  }

  /** @param time of the event in ns since 1970; @param node names the node of the event */
  add(event: EventCursor, node: string, time: bigint): string[] {
    const process = `${node} ${event.tgid} ${event.start}`;
    if (event.slot === 0) return [];
    if (event.kind === Kind.ProcessFork)
      this.#parents.set(process, `${node} ${event.u32(32)} ${event.u64(ProcessFork.parentStart)}`);
    if ((event.kind !== Kind.FileOpen && event.kind !== Kind.FileModify) || event.result < 0) return [];
    const at = { container: `${node} ${event.slot} ${event.generation}`, line: this.#lineOf(process), now: time };
    return event.kind === Kind.FileOpen ? this.#open(event, at) : this.#modify(event, at);
  }

  #lineOf(process: string): string[] {
    const line = [process];
    for (let parent = this.#parents.get(process); parent && line.length < 4; parent = this.#parents.get(parent))
      line.push(parent);
    return line;
  }

  #open(event: EventCursor, at: At): string[] {
    const created = (event.u32(FileOpen.fileFlags) & 32) !== 0;
    const flags = event.u32(FileOpen.openFlags);
    const isFile = (event.u32(FileOpen.fileMode) & 0xf000) === 0x8000;
    if (!isFile || (!created && (flags & 3) === 0)) return [];
    this.#expire(at.now);
    const path = event.string(FileOpen.path);
    if (created) return this.#create(path, at);
    const isNew = this.#made.get(`${at.container} ${path}`) !== undefined;
    return (flags & 0x600) !== 0 || isNew ? [] : this.#hurt(path, undefined, at);
  }

  #modify(event: EventCursor, at: At): string[] {
    this.#expire(at.now);
    const path = event.string(FileModify.path);
    const call = event.u16(6);
    const isRename = RENAMES.includes(call);
    const isRemoval = call === 87 || (call === 263 && (event.u32(FileModify.callFlags) & 0x200) === 0);
    if (!isRename && !isRemoval) return [];
    if (this.#made.delete(`${at.container} ${path}`)) {
      this.#stems.delete(`${at.container} ${stemOf(path)}`);
      return [];
    }
    if (isRename) {
      const target = event.string(FileModify.target);
      return isNewKind(path, target) ? this.#hurt(path, extensionOf(target), at) : [];
    }
    const whole = this.#stems.get(`${at.container} ${path}`);
    if (whole !== undefined) return this.#hurt(path, whole, at);
    const stem = this.#stems.get(`${at.container} ${stemOf(path)}`);
    return stem !== undefined && stem !== extensionOf(path) ? this.#hurt(path, stem, at) : [];
  }

  #expire(now: bigint): void {
    this.#made.expire(now);
    this.#stems.expire(now);
  }

  #create(path: string, { container, line, now }: At): string[] {
    const extension = extensionOf(path);
    this.#made.set(`${container} ${path}`, '', now);
    if (extension === '') return [];
    this.#stems.set(`${container} ${stemOf(path)}`, extension, now);
    if (!this.#config.note_kinds.includes(extension)) return [];
    const told = line.filter((process) => {
      const { reached } = this.#notes.add(`${process} ${nameOf(path)}`, folderOf(path), now);
      return reached && this.#sign(process, 'note', now);
    });
    return told.length > 0 ? [this.#both(path)] : [];
  }

  #hurt(path: string, extension: string | undefined, { line, now }: At): string[] {
    if (extension !== undefined && this.#config.harmless.includes(extension)) return [];
    const { files, folders, seconds } = this.#config;
    const found = line.flatMap((process) => {
      const kind = extension !== undefined && this.#enough(`${process} .${extension}`, path, now);
      const both = this.#enough(process, path, now) && this.#sign(process, 'damage', now);
      const became = `${files} files in at least ${folders} folders became files of one other kind within ${seconds} s, the last ${path}`;
      return [...(kind ? [became] : []), ...(both ? [this.#both(path)] : [])];
    });
    return found.slice(0, 1);
  }

  #enough(key: string, path: string, now: bigint): boolean {
    const file = this.#files.add(key, path, now);
    const folder = this.#folders.add(key, folderOf(path), now);
    const { files, folders } = this.#config;
    return (file.reached && folder.count >= folders) || (folder.reached && file.count >= files);
  }

  #sign(process: string, which: 'note' | 'damage', now: bigint): boolean {
    const life = BigInt(this.#config.seconds) * 1_000_000_000n;
    const known = this.#signs.get(process);
    const sign = known && now - known.seen <= life ? known : { seen: now };
    sign.seen = now > sign.seen ? now : sign.seen;
    sign[which] = now;
    this.#signs.set(process, sign);
    if (sign.note === undefined || sign.damage === undefined) return false;
    const apart = sign.note > sign.damage ? sign.note - sign.damage : sign.damage - sign.note;
    return apart <= life;
  }

  #both(path: string): string {
    const { files, folders, notes, seconds } = this.#config;
    return `${files} files in at least ${folders} folders were changed, and a file of one name was put into ${notes} folders within ${seconds} s, the last ${path}`;
  }
}

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const dotOf = (name: string) =>
  name.lastIndexOf('.') > 0 && !name.endsWith('.') ? name.lastIndexOf('.') : name.length;
/** In small letters, without its dot; empty when there is none. */
const extensionOf = (path: string) =>
  nameOf(path)
    .slice(dotOf(nameOf(path)) + 1)
    .toLowerCase();
const stemOf = (path: string) => folderOf(path) + nameOf(path).slice(0, dotOf(nameOf(path)));

function isNewKind(from: string, to: string): boolean {
  const extension = extensionOf(to);
  const [old, name] = [nameOf(from), nameOf(to)];
  if (extension === '' || /^\d+$/.test(extension) || extension === extensionOf(from) || old.startsWith(name))
    return false;
  return !name.startsWith(old) || name[old.length] === '.';
}

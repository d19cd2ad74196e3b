import {
  batch,
  Config,
  containerKey,
  decodeText,
  EventRecord,
  FileModify,
  FileOpen,
  Finding,
  hashLower,
  KeyedTable,
  ProcessFork,
  Severity,
} from '@picket/detector';
import { Damage } from './damage';
import { Kin } from './kin';
import { isNewKind, Path } from './path';

const SECOND: u64 = 1_000_000_000;
const WRITES: u32 = 3;
const CUTS_OR_APPENDS: u32 = 0x600;
const CREATED: u32 = 1 << 5;
const FILE_TYPE: u32 = 0xf000;
const REGULAR: u32 = 0x8000;
const REMOVE_FOLDER: u32 = 0x200;
/** The process itself, then its ancestors: a shell that runs tools, and what runs the shell. */
const GENERATIONS = 4;
/** Damage of any kind, beside that by extension. */
const ANY: u64 = 1;

/** A file that was made within the window, by its path, or by its path without extension. */
@unmanaged
class Made {
  extension: u64;
}

let files: u32 = 0;
let folders: u32 = 0;
let notes: u32 = 0;
let seconds: u64 = 0;
let harmless!: StaticArray<u64>;
let noteKinds!: StaticArray<u64>;
let damage!: Damage;
let kin!: Kin;
let made!: KeyedTable<Made>;
let stems!: KeyedTable<Made>;
const path = new Path();
const target = new Path();

export function onInit(config: Config): void {
  files = <u32>config.integer('files', 30, 2, 512);
  folders = <u32>config.integer('folders', 4, 1, 512);
  notes = <u32>config.integer('notes', 4, 2, 512);
  seconds = <u64>config.integer('seconds', 60, 1, 3600);
  const names = config.list(
    'harmless',
    'gz,bz2,xz,zst,lz4,br,zip,7z,bak,old,orig,save,tmp,temp,part,swp,new,lock,dpkg-new,dpkg-tmp,dpkg-old,dpkg-dist,rpmsave,rpmnew,pyc,o,d',
  );
  harmless = hashesOf(names);
  noteKinds = hashesOf(config.list('note_kinds', 'txt,html,htm,hta,md,rtf,url,pdf,bmp,png,jpg'));
  const keys = <i32>config.integer('keys', 2048, 64, 16384);
  const window = seconds * SECOND;
  damage = new Damage(files, folders, notes, window, keys);
  kin = new Kin(keys << 2);
  made = new KeyedTable<Made>(keys << 2, window);
  stems = new KeyedTable<Made>(keys << 2, window);
}

function hashesOf(names: string[]): StaticArray<u64> {
  const hashes = new StaticArray<u64>(names.length);
  for (let i = 0; i < names.length; i++) {
    const bytes = Uint8Array.wrap(String.UTF8.encode(names[i]));
    hashes[i] = hashLower(bytes.dataStart, bytes.length);
  }
  return hashes;
}

export function onProcessFork(e: ProcessFork): void {
  if (e.slot != 0) kin.learn(e);
}

export function onFileOpen(e: FileOpen): void {
  const created = (e.file_flags & CREATED) != 0;
  if ((!created && (e.open_flags & WRITES) == 0) || e.slot == 0 || e.result < 0) return;
  if ((e.file_mode & FILE_TYPE) != REGULAR) return;
  expire(e);
  path.read(e.path_at, e.path_length);
  if (created) remember(e);
  else if ((e.open_flags & CUTS_OR_APPENDS) == 0 && !isMade(e, path.hash)) hurt(e, 0, path);
}

export function onFileModify(e: FileModify): void {
  if (e.slot == 0 || e.result < 0) return;
  expire(e);
  const call = e.syscall;
  if (call == 82 || call == 264 || call == 316) return onRename(e);
  if (call == 87 || (call == 263 && (e.call_flags & REMOVE_FOLDER) == 0)) onRemove(e);
}

/** A new file: it may be a note, or what a file becomes that will be removed. */
function remember(e: FileOpen): void {
  const now = batch.wallTime(e);
  made.touch(containerKey(e), path.hash, now);
  if (!path.hasExtension) return;
  const extension = path.extensionHash;
  stems.touch(containerKey(e), path.stemHash, now).extension = extension;
  if (!noteKinds.includes(extension)) return;
  const name = path.nameHash;
  const folder = path.folderHash;
  let told = false;
  kin.begin(e);
  for (let i = 0; i < GENERATIONS && (i == 0 || kin.rise()); i++) {
    if (!damage.addNote(kin.key, kin.start, name, folder, now)) continue;
    if (damage.sign(kin.key, kin.start, true, now) && !told) told = reportNotes();
  }
}

function onRename(e: FileModify): void {
  path.read(e.path_at, e.path_length);
  target.read(e.target_at, e.target_length);
  // What was made a moment ago is a temporary file that gets its name.
  if (forget(e)) return;
  if (isNewKind(path, target)) hurt(e, target.extensionHash, target);
}

function onRemove(e: FileModify): void {
  path.read(e.path_at, e.path_length);
  if (forget(e)) return;
  const whole = stems.peek(containerKey(e), path.hash);
  if (whole !== null) return hurt(e, whole.extension, path);
  const stem = stems.peek(containerKey(e), path.stemHash);
  if (stem !== null && stem.extension != path.extensionHash) hurt(e, stem.extension, path);
}

function expire(e: EventRecord): void {
  const now = batch.wallTime(e);
  made.expire(now);
  stems.expire(now);
}

function isMade(e: EventRecord, hash: u64): bool {
  return made.peek(containerKey(e), hash) !== null;
}

/** Forgets the file of the path; false when it was not made within the window. */
function forget(e: EventRecord): bool {
  if (!made.remove(containerKey(e), path.hash)) return false;
  stems.remove(containerKey(e), path.stemHash);
  return true;
}

/** A file that was there before is changed in place (`extension` 0) or has become one of another kind. */
function hurt(e: EventRecord, extension: u64, shown: Path): void {
  const byKind = extension != 0 && !harmless.includes(extension);
  if (extension != 0 && !byKind) return;
  const now = batch.wallTime(e);
  const file = path.hash;
  const folder = path.folderHash;
  let told = false;
  kin.begin(e);
  for (let i = 0; i < GENERATIONS && (i == 0 || kin.rise()); i++) {
    if (byKind && damage.add(kin.key, kin.start, extension, file, folder, now) && !told) told = reportKind(shown);
    if (!damage.add(kin.key, kin.start, ANY, file, folder, now)) continue;
    if (damage.sign(kin.key, kin.start, false, now) && !told) told = reportNotes();
  }
}

function reportKind(shown: Path): bool {
  const text = decodeText(path.at, path.length);
  const finding = new Finding('Ransomware shape', Severity.Critical)
    .message(`${files} files in at least ${folders} folders became files of one other kind within ${seconds} s, the last ${text}`)
    .group('files of one other kind')
    .field('fs.path.name', text);
  if (shown !== path) finding.field('became', decodeText(shown.at, shown.length));
  finding.emit();
  return true;
}

function reportNotes(): bool {
  const text = decodeText(path.at, path.length);
  new Finding('Ransomware shape', Severity.Critical)
    .message(
      `${files} files in at least ${folders} folders were changed, and a file of one name was put into ${notes} folders within ${seconds} s, the last ${text}`,
    )
    .group('changed files and notes')
    .field('fs.path.name', text)
    .emit();
  return true;
}

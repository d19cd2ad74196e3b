import { NameTrust, shapeName } from './name-shape.ts';
import { isImageFolder, isNamedFolder, isObjectName, packageTreeAt, temporaryDepth } from './path-trees.ts';

/** What is known of a folder, for all files in it. */
export interface FolderClass {
  /** Its class, with a slash at the end. */
  readonly head: string;
  /** Everything in it is one class. */
  readonly isTree: boolean;
  /** It is one for temporary files, and not below one. */
  readonly isTemporary: boolean;
  /** Files in it are known by their names. */
  readonly isNamed: boolean;
  readonly isImage: boolean;
  /** It is `.git` itself. */
  readonly isGit: boolean;
  /** A folder of this name may hold the objects of git. */
  readonly mayHoldObjects: boolean;
}

/** Folders told apart; what lies deeper is one class with `**` in it. */
const MOST_FOLDERS = 8;
/** Of the trees of libraries and data that an image brings, so many folders are told apart when they are read. */
const READ_FOLDERS = 3;
/** Folders looked at: paths are as deep as who is watched likes. */
const MOST_NAMES = 64;
/** Folders remembered; when there are more, all are forgotten. */
const MOST_KNOWN = 4096;

const known = new Map<string, FolderClass>();
const knownRead = new Map<string, FolderClass>();

/** The class of a folder, a path that begins with a slash; remembered, since its files share it. */
export function folderClass(folder: string, isRead: boolean): FolderClass {
  const table = isRead ? knownRead : known;
  const found = table.get(folder);
  if (found) return found;
  const made = classify(folder, isRead);
  if (table.size >= MOST_KNOWN) table.clear();
  // a copy: a piece of a longer text would keep all of it
  table.set(Buffer.from(folder).toString(), made);
  return made;
}

function classify(folder: string, isRead: boolean): FolderClass {
  const names = folder.split('/', MOST_NAMES).filter((name) => name !== '' && name !== '.');
  const isImage = isImageFolder(names);
  const temporary = temporaryDepth(names);
  const folders = shapeFolders(names, isImage, temporary);
  const tree = packageTreeAt(folders);
  const most = tree >= 0 ? tree : isRead && isImage ? READ_FOLDERS : MOST_FOLDERS;
  const kept = folders.slice(0, most);
  return {
    head: kept.length === 0 ? '/' : `/${kept.join('/')}/`,
    isTree: tree >= 0 || folders.length > most,
    isTemporary: temporary > 0 && folders.length === temporary,
    isNamed: isNamedFolder(folders),
    isImage,
    isGit: folders.at(-1) === '.git',
    mayHoldObjects: folders.at(-1) === 'objects',
  };
}

function shapeFolders(names: readonly string[], isImage: boolean, temporary: number): string[] {
  return names.map((name, depth) => {
    if (temporary > 0 && depth === temporary) return shapeName(name, NameTrust.temporary);
    return shapeName(name, isImage ? NameTrust.image : NameTrust.usual);
  });
}

/** Whether a file of a folder is one of the store of git. */
export const isObject = (folder: FolderClass, file: string): boolean => folder.mayHoldObjects && isObjectName(file);

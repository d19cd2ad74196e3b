import { type FolderClass, folderClass, isObject } from './folder-class.ts';
import { isWordy, NameTrust, shapeName } from './name-shape.ts';
import { isPassingInGit, isTelling } from './path-trees.ts';

/** What is done with a path: of what is run and of what is changed in an image more is kept. */
export type PathUse = 'read' | 'write' | 'program';

const MOST_LENGTH = 200;
/** Names of a path below /proc that are looked at. */
const MOST_PROCESS_NAMES = 64;
const EXTENSION = /\.([A-Za-z][A-Za-z0-9+]{0,6})$/;

/**
 * The class of a path: what it has in common with the paths of the same work done again, as `/tmp/*.s` of `/tmp/ccPZgvKB.s`
 * and `/srv/app/img/*.png` of every picture there. Files of which the name says what they are, as those of /etc, keep it.
 */
export function pathClass(path: string, use: PathUse): string {
  if (path === '' || path === '/') return path;
  if (path.startsWith('/proc/')) return processPath(path);
  const end = lastSlash(path);
  const file = path.slice(end + 1).replace(/\/+$/, '');
  if (!path.startsWith('/')) return bounded(relativePath(path.slice(0, Math.max(end, 0)), file));
  const folder = folderClass(path.slice(0, end), use === 'read');
  if (folder.isTree || isObject(folder, file)) return bounded(`${folder.head}**${extensionOf(file)}`);
  return bounded(folder.head + fileClass(file, folder, use));
}

/** That before the last component: some paths end in slashes. */
function lastSlash(path: string): number {
  let end = path.length - 1;
  while (end > 0 && path.charCodeAt(end) === 47) end--;
  return path.lastIndexOf('/', end);
}

/** Bytes that end lines or change terminals are escaped later; here only the length is bounded. */
const bounded = (text: string): string => (text.length > MOST_LENGTH ? `${text.slice(0, MOST_LENGTH - 1)}…` : text);

/** A name of its own where it says something, else what it ends in. */
function fileClass(file: string, folder: FolderClass | undefined, use: PathUse): string {
  if (folder?.isTemporary) return shapeName(file, NameTrust.temporary);
  if (folder?.isGit && isPassingInGit(file)) return '*';
  if (use === 'program' || folder?.isNamed || isTelling(file))
    return shapeName(file, folder?.isImage ? NameTrust.image : NameTrust.usual);
  const extension = extensionOf(file);
  if (extension !== '') return `*${extension}`;
  const name = isMadeUp(endingOf(file)) ? file.replace(EXTENSION, '.*') : file;
  const shaped = shapeName(name, NameTrust.usual);
  return isWordy(shaped) ? shaped : shapeName(name, NameTrust.temporary);
}

function extensionOf(file: string): string {
  const ending = endingOf(file);
  return ending === '' || isMadeUp(ending) ? '' : `.${ending}`;
}

function endingOf(file: string): string {
  const found = EXTENSION.exec(file);
  return found && found.index > 0 ? (found[1] ?? '') : '';
}

/** As mkstemp ends names: six letters and digits, or letters of both cases. */
const isMadeUp = (ending: string): boolean =>
  (/[A-Z]/.test(ending) && /[a-z]/.test(ending)) ||
  (ending.length === 6 && /\d/.test(ending) && !/^sha\d+$/.test(ending));

/** Only calls that failed tell a path as it was given: the folder it starts from is not known. */
function relativePath(folder: string, file: string): string {
  const name = fileClass(file, undefined, 'read');
  if (folder === '' || folder === '.') return name;
  return folder.split('/').includes('..') && file !== '..' ? `../${name}` : `**/${name}`;
}

/** Ids of processes, threads and descriptors run; who is meant, itself or another, the caller puts in place of the id. */
function processPath(path: string): string {
  const [, , owner = '', ...rest] = path.split('/', MOST_PROCESS_NAMES);
  const first = /^\d+$/.test(owner) ? '*' : owner;
  return bounded(['/proc', ...[first, ...rest].map((part) => shapeName(part, NameTrust.usual))].join('/'));
}

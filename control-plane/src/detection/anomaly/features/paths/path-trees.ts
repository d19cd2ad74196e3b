/** Trees of files of which something is known wherever they are found. */

/** Folders for temporary files: what is made right there has a name for the moment. */
const TEMPORARY: readonly (readonly string[])[] = [
  ['tmp'],
  ['var', 'tmp'],
  ['dev', 'shm'],
  ['run', 'shm'],
  ['usr', 'tmp'],
];

/** Roots of what an image brings and nobody adds to while it runs. */
const IMAGE = new Set(['usr', 'lib', 'lib32', 'lib64', 'libx32', 'bin', 'sbin', 'etc', 'boot']);

/** Roots where the name of each file matters: settings, devices, programs, run-time state. */
const NAMED_ROOTS = new Set(['etc', 'root', 'home', 'run', 'sys', 'dev', 'boot', 'bin', 'sbin', 'proc']);

/** Folders of such a kind below other roots. */
const NAMED_FOLDERS = new Set(['bin', 'sbin', 'cron', 'crontabs', 'cron.d', 'secrets', 'conf.d', 'private', 'pki']);

/** Names that say what is in the file, wherever it lies. */
const TELLING =
  /secret|token|credential|passw|passwd|shadow|id_[rd]sa|id_e[cd]|private|authorized|kubeconfig|\.env|wallet|\.so(?:\.|$)|^core$/i;

/** Below these everything is one class: trees that tools unpack or write by themselves. */
const PACKAGES = new Set([
  'node_modules',
  'site-packages',
  'dist-packages',
  '__pycache__',
  'zoneinfo',
  'locale',
  'gems',
  'vendor',
]);

/** How many leading names belong to the folder for temporary files; 0 for a path that is not below one. */
export function temporaryDepth(names: readonly string[]): number {
  for (const folder of TEMPORARY)
    if (folder.length < names.length + 1 && folder.every((name, at) => names[at] === name)) return folder.length;
  return 0;
}

/** Whether a folder is one that the image brings. */
export const isImageFolder = (folders: readonly string[]): boolean => IMAGE.has(folders[0] ?? '');

/** Whether files are known by their names there, and not only by their kind. */
export function isNamedFolder(folders: readonly string[]): boolean {
  const [root = '', second, third] = folders;
  if (NAMED_ROOTS.has(root)) return !(root === 'etc' && second === 'ssl' && third === 'certs');
  return folders.some(
    (folder) => NAMED_FOLDERS.has(folder) || (folder.startsWith('.') && folder !== '.git' && folder !== '.cache'),
  );
}

/** Whether a name says what is in the file, wherever it lies. */
export const isTelling = (file: string): boolean => file.startsWith('.') || TELLING.test(file);

/** Where a tree of packages or of objects of git begins: so many folders stand before what is one class. -1 without any. */
export function packageTreeAt(folders: readonly string[]): number {
  const at = folders.findIndex((folder, depth) => PACKAGES.has(folder) || isGitStore(folders, depth));
  return at < 0 ? -1 : at + 1;
}

/** What git writes by itself: below `.git` all but settings and hooks, in a bare repository the objects. */
function isGitStore(folders: readonly string[], depth: number): boolean {
  const folder = folders[depth] ?? '';
  if (folders[depth - 1] === '.git') return folder !== 'hooks';
  return folder === 'objects' && isObjectName(folders[depth + 1] ?? '');
}

/** What lies in a folder of objects of git. */
export const isObjectName = (name: string): boolean => /^(?:[0-9a-f*]{1,2}|pack|info|tmp_obj.*)$/.test(name);

/** Files right in `.git` that are no passing ones. */
const LASTING = /^(?:[A-Z_]+|config|index|description|packed-refs|shallow|gitattributes)(?:\.lock)?$/;

/** Whether a file right in `.git` has a name for the moment. */
export const isPassingInGit = (file: string): boolean => !LASTING.test(file);

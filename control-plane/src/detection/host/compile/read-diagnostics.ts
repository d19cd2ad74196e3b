import { MAIN_FILE } from './check-sources.ts';
import type { Diagnostic } from './compile-failed.ts';
import { ENTRY_FILE, LIBRARY_FOLDER, type RawDiagnostic } from './compile-message.ts';
import { handlerOf } from './detector-entry.ts';

const MAX_DIAGNOSTICS = 100;

/** The errors among the messages of the compiler, as places of the files that the user knows. */
export function readDiagnostics(raw: readonly RawDiagnostic[], files: Readonly<Record<string, string>>): Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const found of raw) {
    if (!found.error) continue;
    const diagnostic = placed(found, files);
    seen.set(JSON.stringify(diagnostic), diagnostic);
  }
  return [...seen.values()].slice(0, MAX_DIAGNOSTICS);
}

function placed({ code, file, message, start }: RawDiagnostic, files: Readonly<Record<string, string>>): Diagnostic {
  const text = files[file] ?? files[file.replace(/^~lib/, LIBRARY_FOLDER)] ?? '';
  const before = text.slice(0, start).split('\n');
  const column = (before.at(-1) ?? '').length + 1;
  if (file !== ENTRY_FILE) return { file, line: file === '' ? 0 : before.length, column, message, code };
  // The user has not written the entry: what is wrong there is a handler, or that there is none.
  const said = /^User-defined: ["'](.*)["']$/.exec(message)?.[1]?.replace(/^"|"$/g, '');
  const handler = said ? undefined : handlerOf(text.split('\n')[before.length - 1] ?? '');
  const what = handler ? `${handler} does not fit: ${message}` : (said ?? message);
  return { file: MAIN_FILE, line: 0, column: 0, message: what, code };
}

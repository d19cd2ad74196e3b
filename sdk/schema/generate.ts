import { readFileSync, writeFileSync } from 'node:fs';
import { emitAssembly } from './emit/assembly.ts';
import { emitC } from './emit/c.ts';
import { emitEventDocs, emitRuleFieldDocs } from './emit/docs.ts';
import { emitRuleFields, emitTs } from './emit/ts.ts';

/**
 * Writes every file made from the event table. With --check it writes nothing and exits 1 when a file
 * on disk is not what the table says.
 */
const root = new URL('../../', import.meta.url);
const files: Record<string, () => string> = {
  'bpf/include/picket_events.gen.h': emitC,
  'sdk/src/events.gen.ts': emitTs,
  'sdk/src/rule-fields.gen.ts': emitRuleFields,
  'sdk/assembly/events.gen.ts': emitAssembly,
  'docs/reference/events.md': emitEventDocs,
  'docs/reference/rule-fields.md': emitRuleFieldDocs,
};

function onDisk(path: URL): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

const check = process.argv.includes('--check');
const stale = Object.entries(files).filter(([path, emit]) => {
  const url = new URL(path, root);
  const text = emit();
  if (onDisk(url) === text) return false;
  if (!check) writeFileSync(url, text);
  return true;
});

for (const [path] of stale)
  console.log(check ? `${path} is not what sdk/schema says: run npm run generate` : `wrote ${path}`);
if (check && stale.length > 0) process.exitCode = 1;

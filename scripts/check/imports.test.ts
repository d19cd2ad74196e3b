import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkImports } from './imports.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'picket-imports-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const PACKAGES = Object.entries({
  sdk: 'sdk',
  'sdk/cli': 'cli',
  native: 'native',
  agent: 'agent',
  'control-plane': 'control-plane',
});

/** Checks a project made of these files and answers its violations as `file:line: message`. */
function check(files: Record<string, string>): string[] {
  const all: Record<string, string> = { ...files };
  for (const [folder, name] of PACKAGES)
    all[`${folder}/package.json`] ??= JSON.stringify({ name: `@picket/${name}`, exports: { '.': './src/index.ts' } });
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return checkImports(root, Object.keys(all)).map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

const imports = (specifier: string) => `import { x } from '${specifier}';\n`;

describe('checkImports', () => {
  it('is content with what the design allows', () => {
    expect(
      check({
        'sdk/src/index.ts': "export * from './alert.ts';\n",
        'sdk/src/alert.ts': imports('zod'),
        'sdk/src/alert.test.ts': imports('node:zlib'),
        'agent/src/pipeline.ts': imports('@picket/native') + imports('@picket/sdk') + imports('node:fs'),
        'agent/src/pipeline.test.ts': imports('../../test/support/nats.ts') + imports('./testing/fake.ts'),
        'agent/src/testing/fake.ts': imports('../../../scripts/nats/launch.ts'),
        'control-plane/src/pipeline.ts': imports('./bus/connect.ts') + imports('./api/app.ts'),
        'control-plane/src/bus/connect.ts': imports('../types.ts') + imports('./lease.ts'),
        'control-plane/src/config.ts': 'export const config = process.env.X;\n',
        'test/e2e/story.ts': imports('../../agent/src/pipeline.ts'),
      }),
    ).toEqual([]);
  });

  it('catches an import that crosses zones, by name, by path, dynamic and type-only', () => {
    expect(
      check({
        'agent/src/a.ts': imports('@picket/control-plane'),
        'control-plane/src/b.ts': `import type { X } from '@picket/agent';\n`,
        'control-plane/src/c.ts': `const x = await import('@picket/native');\n`,
        'sdk/src/d.ts': imports('../../native/src/index.ts'),
        'native/src/e.ts': imports('../../scripts/step.ts'),
      }),
    ).toEqual([
      'agent/src/a.ts:1: imports @picket/control-plane: agent may not import control-plane',
      'control-plane/src/b.ts:1: imports @picket/agent: control-plane may not import agent',
      'control-plane/src/c.ts:1: imports @picket/native: control-plane may not import native',
      'sdk/src/d.ts:1: imports ../../native/src/index.ts: sdk may not import native',
      'native/src/e.ts:1: imports ../../scripts/step.ts: native may not import scripts',
    ]);
  });

  it('lets the command through one door of the control plane and not through the other', () => {
    const exports = { '.': './src/index.ts', './rules': './src/rules.ts' };
    expect(
      check({
        'control-plane/package.json': JSON.stringify({ name: '@picket/control-plane', exports }),
        'control-plane/src/rules.ts': "export { x } from './detection/a.ts';\n",
        'sdk/cli/src/a.ts': imports('@picket/control-plane/rules'),
        'sdk/cli/src/b.ts': imports('@picket/control-plane'),
        'sdk/cli/src/c.ts': imports('@picket/control-plane/src/pipeline.ts'),
        'agent/src/d.ts': imports('@picket/control-plane/rules'),
      }),
    ).toEqual([
      'sdk/cli/src/b.ts:1: imports @picket/control-plane: cli may not import control-plane',
      'sdk/cli/src/c.ts:1: imports @picket/control-plane/src/pipeline.ts: cli may not import control-plane',
      'agent/src/d.ts:1: imports @picket/control-plane/rules: agent may not import control-plane',
    ]);
  });

  it('keeps the parts of the control plane apart, in their tests too', () => {
    expect(
      check({
        'control-plane/src/alerts/a.ts': `import {\n  x,\n} from '../store/b.ts';\n`,
        'control-plane/src/detection/rules/b.test.ts': imports('../../alerts/a.ts'),
        'control-plane/src/api/c.ts': imports('../pipeline.ts'),
      }),
    ).toEqual([
      'control-plane/src/alerts/a.ts:3: imports ../store/b.ts: control-plane/alerts may not import control-plane/store',
      'control-plane/src/detection/rules/b.test.ts:1: imports ../../alerts/a.ts: control-plane/detection may not import control-plane/alerts',
      'control-plane/src/api/c.ts:1: imports ../pipeline.ts: control-plane/api may not import control-plane',
    ]);
  });

  it('catches Node in the sdk, main as a module, and packages imported by path', () => {
    expect(
      check({
        'sdk/src/a.ts': imports('node:fs'),
        'agent/src/b.ts': imports('./main.ts'),
        'agent/src/c.ts': imports('../../sdk/src/alert.ts'),
      }),
    ).toEqual([
      'sdk/src/a.ts:1: imports node:fs: sdk is free of Node',
      'agent/src/b.ts:1: imports ./main.ts: nothing imports main',
      'agent/src/c.ts:1: imports ../../sdk/src/alert.ts: import @picket/sdk by its name',
    ]);
  });

  it('catches a source that uses test code', () => {
    expect(
      check({
        'agent/src/a.ts': imports('./testing/fake.ts'),
        'agent/src/b.ts': imports('./test-batch.ts'),
        'agent/src/c.ts': imports('../../test/support/nats.ts'),
      }),
    ).toEqual([
      'agent/src/a.ts:1: imports ./testing/fake.ts: only tests import test files',
      'agent/src/b.ts:1: imports ./test-batch.ts: only tests import test files',
      'agent/src/c.ts:1: imports ../../test/support/nats.ts: agent may not import test',
    ]);
  });

  it('catches barrels away from the door', () => {
    expect(
      check({
        'agent/src/sink/index.ts': 'export const x = 1;\n',
        'agent/src/all.ts': "import { y } from './y.ts';\nexport { x } from './x.ts';\nexport const z = y;\n",
        'agent/src/fine.ts': "export const from = 'x';\n",
      }),
    ).toEqual([
      'agent/src/sink/index.ts:1: an index file stands only at the door of a package: name the file after its export',
      'agent/src/all.ts:2: re-exports ./x.ts: only the door of a package does that',
    ]);
  });

  it('catches reads of the environment, not those of a process in the tree', () => {
    expect(
      check({
        'agent/src/a.ts': '// process.env is fine here\nconst x = process.env.HOME;\n',
        'agent/src/b.ts': "const x = process['env'];\n",
        'agent/src/c.ts': "import { env } from 'node:process';\n",
        'agent/src/d.ts': 'const process = tree.get(1);\nconst x = process.env;\n',
        'agent/src/e.ts': 'const f = (process: Process) => process.env.length;\n',
        'agent/src/f.ts': 'const x = alert.process.env;\n',
      }),
    ).toEqual([
      'agent/src/a.ts:2: reads process.env: only config.ts does that',
      'agent/src/b.ts:1: reads process.env: only config.ts does that',
      'agent/src/c.ts:1: reads process.env: only config.ts does that',
    ]);
  });

  it('does not take text for an import', () => {
    expect(
      check({
        'sdk/src/a.ts':
          "// import x from 'node:fs'\nconst a = `\nimport x from 'node:fs';\n`;\nconst b = \"from 'node:fs'\";\n",
      }),
    ).toEqual([]);
  });
});

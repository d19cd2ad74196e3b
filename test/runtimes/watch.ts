import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert } from '@picket/sdk';
import type { Deed } from '../attacks/deed.ts';
import { allAlerts } from '../support/alerts.ts';
import type { ProgramResult } from '../support/container/run-program.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

/** What rules can say of a container, asked for by opening a file with a name of its own. */
const KNOWN = `
- rule: what is known of a container
  desc: tells the metadata of the container in which a file is opened
  condition: evt.type in (open, openat) and fd.name startswith /tmp/known-
  output: >
    %fd.name %proc.cmdline in %container.name of type %container.type from %container.image
    digest %container.image.digest team %container.label[team] check %container.healthcheck
    privileged %container.privileged pid %proc.vpid
  priority: DEBUG
`;

/** Runs a program in a container of whatever engine. */
export type Exec = (args: readonly string[]) => Promise<ProgramResult>;

/** A whole Picket, and what it knows of the containers of engines. */
export class Watch {
  readonly stack: Stack;
  readonly #folder: string;
  #asked = 0;

  private constructor(stack: Stack, folder: string) {
    this.stack = stack;
    this.#folder = folder;
  }

  static async open(env: Readonly<Record<string, string>>): Promise<Watch> {
    const folder = mkdtempSync(join(tmpdir(), 'picket-watch-'));
    try {
      writeFileSync(join(folder, 'known.yaml'), KNOWN);
      return new Watch(await startStack({ rules: join(folder, 'known.yaml'), env }), folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.stack.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A path whose opening tells what is known of the container. */
  nextFile(): string {
    return `/tmp/known-${++this.#asked}`;
  }

  /** What is known of a container now: opens a file in it and waits for the alert. */
  async known(exec: Exec): Promise<Alert> {
    const file = this.nextFile();
    const { code, stderr } = await exec(['touch', file]);
    if (code !== 0) throw new Error(`touch ended with code ${code}: ${stderr}`);
    return await this.opened(file);
  }

  /** Asks until these fields are known: an engine that has just come is found by the agent within seconds. */
  knownAs(exec: Exec, fields: Readonly<Record<string, string>>): Promise<Alert> {
    return waitFor(`what is known of a container to be ${JSON.stringify(fields)}`, async () => {
      const alert = await this.known(exec);
      return Object.entries(fields).every(([field, value]) => alert.output_fields[field] === value) ? alert : undefined;
    });
  }

  /** The alert of a file that was opened. */
  opened(file: string): Promise<Alert> {
    return waitFor(`the alert of ${file}`, async () =>
      (await allAlerts(this.stack)).find(({ output_fields }) => output_fields['fd.name'] === file),
    );
  }

  /** Does something evil in a container and waits for the alert of it there. */
  async attacked(id: string, exec: Exec, deed: Deed | undefined): Promise<Alert> {
    if (!deed) throw new Error('there is no such deed');
    await deed.act({ exec });
    return await waitFor(`the alert of "${deed.rule}" in ${id}`, async () =>
      (await allAlerts(this.stack)).find(({ rule, container }) => rule === deed.rule && container?.full_id === id),
    );
  }

  /** SIGKILL for the agent, and a new one. */
  async restartAgent(): Promise<void> {
    await this.stack.agent?.kill();
    await this.stack.startAgent();
  }
}

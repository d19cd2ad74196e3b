import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@picket/sdk';
import { compileCalls, compileTool } from '../attacks/compile-tool.ts';
import { imageFolder } from '../support/container/image.ts';
import type { ProgramResult } from '../support/container/run-program.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Deeds, keepBusy, type Pace, startAll } from '../workloads/busy.ts';
import { Shop } from '../workloads/shop.ts';
import { Turns } from '../workloads/turns.ts';
import { build, SERVICES } from '../workloads/workloads.ts';
import type { AttackScene } from './attacks/attack.ts';

const BUILD_SECONDS = 240;
/** Ordinary work goes on at the middle pace of the shops that were learned from. */
const PACE: Pace = {
  projects: ['tiny'],
  views: 1.4,
  transactions: 0.5,
  stretch: 6,
  buildPauseSeconds: 300,
  cachePauseSeconds: 20,
  upkeepSeconds: 500,
};
const SESSIONS = ['/tmp/sess_4f2a91c0', '/tmp/sess_a07be3d2', '/tmp/sess_c81d5e96'];

/** A page of the app that runs what it is sent: the hole that intruders come in by. */
const HOLE = `app.post(
  '/api/preview',
  express.text({ type: '*/*', limit: '1mb' }),
  page(async (request, response) => {
    const act = new Function('require', 'pool', 'cache', 'pause', \`return (async () => { \${request.body} })()\`);
    await act(require, pool, cache, (ms) => new Promise((done) => setTimeout(done, ms)));
    response.send('ok\\n');
  }),
);
`;

/** One shop that works as others do, with a hole, and with the programs that intruders bring in its images. */
export class AttackShop implements AttackScene {
  /** Behind the names of its containers. */
  readonly suffix: string;
  readonly #shop: Shop;
  readonly #turns = new Turns();
  readonly #end = new AbortController();
  #working: Promise<Deeds> | undefined;

  private constructor(shop: Shop, suffix: string) {
    this.#shop = shop;
    this.suffix = suffix;
  }

  /** Starts it and its ordinary work. Call `close` at the end. */
  static async open(note: (line: string) => void, suffix: string): Promise<AttackShop> {
    const shop = await Shop.open(note, { suffix, prepare });
    const attacked = new AttackShop(shop, suffix);
    try {
      const pace = { ...PACE, inTurn: attacked.#turns.take };
      await startAll(shop, pace);
      attacked.#leaveSessions();
      attacked.#working = keepBusy(shop, pace, attacked.#end.signal);
      attacked.#working.catch((error) => note(`the shop has stopped working: ${messageOf(error)}`));
      return attacked;
    } catch (error) {
      await attacked.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#working?.catch(() => undefined);
    await this.#shop.close();
  }

  // As fields, since attacks take the calls that they need out of the scene.
  readonly exec: AttackScene['exec'] = (name, args, options) => this.#shop.container(name).exec(args, options);

  readonly sh: AttackScene['sh'] = (name, script) => this.exec(name, ['sh', '-c', script]);

  readonly app: AttackScene['app'] = (code) => {
    const curl = 'curl --silent --show-error --fail --max-time 100 --header content-type:text/plain --data-binary @-';
    return this.exec('visitors', [...curl.split(' '), 'http://web/api/preview'], { input: code });
  };

  readonly sql: AttackScene['sql'] = (role, ...statements) => {
    const psql = [
      'psql',
      '--quiet',
      '--no-psqlrc',
      '--set=ON_ERROR_STOP=1',
      '--output=/dev/null',
      `--username=${role}`,
    ];
    return this.exec('pgbench', [...psql, ...statements.map((statement) => `--command=${statement}`)]);
  };

  readonly redis: AttackScene['redis'] = (...command) =>
    this.exec('redis-benchmark', ['redis-cli', '-e', '-h', 'cache', ...command]);

  readonly build = async (): Promise<ProgramResult> => {
    let stdout = '';
    await this.#turns.take(async () => {
      const job = await this.#shop.start(build('tiny'));
      await waitFor('the end of a build', async () => ((await job.ended()) ? true : undefined), BUILD_SECONDS);
      stdout = await this.#shop.stop('ci');
    });
    return { code: stdout.includes('/builds/tiny.tar.gz') ? 0 : 1, stdout, stderr: stdout };
  };

  readonly plant: AttackScene['plant'] = (name, path, text) =>
    writeFileSync(join(this.#shop.container(name).rootfs, path), text);

  readonly read: AttackScene['read'] = (name, path) =>
    readFileSync(join(this.#shop.container(name).rootfs, path), 'utf8');

  readonly restart: AttackScene['restart'] = async (name) => {
    const service = SERVICES.find((each) => each.name === name);
    if (!service) throw new Error(`${name} is no service that is started again`);
    await this.#shop.stop(name);
    await this.#shop.start(service);
    if (name === 'app') this.#leaveSessions();
  };

  #leaveSessions(): void {
    for (const path of SESSIONS) this.plant('app', path, 'user=7;role=admin\n');
  }

  readonly turnOfMinute: AttackScene['turnOfMinute'] = async (after) => {
    await sleep((60 - ((Date.now() / 1000) % 60) + after) * 1000);
  };
}

/** Puts the hole into the app, and programs of intruders beside those of every image. */
function prepare(images: string): void {
  const file = join(images, 'app/srv/app/app.mjs');
  const [before, after] = readFileSync(file, 'utf8').split('app.use((error');
  if (after === undefined) throw new Error('the app has changed: the hole finds no place in it');
  writeFileSync(file, `${before}${HOLE}app.use((error${after}`);
  const programs = [compileTool(), compileCalls(), join(imageFolder(), 'usr/bin/memory-run'), '/bin/busybox'];
  for (const image of readdirSync(images)) {
    for (const folder of ['usr/bin', 'home/app']) mkdirSync(join(images, image, folder), { recursive: true });
    for (const program of programs) {
      const name = program.includes('notable-calls') ? 'calls' : (program.split('/').at(-1) as string);
      const place = join(images, image, 'usr/bin', name);
      if (!existsSync(place)) copyFileSync(program, place);
    }
  }
}

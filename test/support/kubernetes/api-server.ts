import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { freePort } from '../../../scripts/nats/free-port.ts';
import { waitFor } from '../wait-for.ts';

/** Users of the server. `admin` may do everything, the others what a test lets them. */
export type User = 'admin' | 'agent' | 'control-plane';

/** A real Kubernetes API: etcd and kube-apiserver in a folder of their own. No controllers, so nothing runs. */
export class KubernetesApi {
  readonly folder = mkdtempSync(join(tmpdir(), 'picket-kubernetes-'));
  readonly #assets: string;
  readonly #tokens = new Map<string, string>();
  readonly #children = new Map<string, ChildProcess>();
  readonly #lastResort = () => {
    for (const child of this.#children.values()) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  };
  #etcd = '';
  #port = 0;

  private constructor(assets: string) {
    this.#assets = assets;
    process.once('exit', this.#lastResort);
  }

  /** @param assets folder with kube-apiserver, and etcd unless that is in the path */
  static async open(assets: string): Promise<KubernetesApi> {
    const api = new KubernetesApi(assets);
    try {
      await api.#startEtcd();
      await api.start();
      return api;
    } catch (error) {
      const log = join(api.folder, 'kube-apiserver.log');
      const said = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(-10).join('\n') : '';
      await api.close();
      throw new Error(`the Kubernetes API can not be used: ${error}\n${said}`, { cause: error });
    }
  }

  /** Token of a user. */
  token(user: User): string {
    return this.#tokens.get(user) ?? '';
  }

  /** Writes a kubeconfig file for a user and returns its path. */
  kubeconfig(user: User, token = this.token(user)): string {
    const path = join(this.folder, `${user}.kubeconfig`);
    const cluster = {
      server: `https://127.0.0.1:${this.#port}`,
      'certificate-authority': join(this.folder, 'apiserver.crt'),
    };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: user, user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user } }],
      'current-context': 'test',
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }

  /** A client configuration for a user. */
  config(user: User): KubeConfig {
    const config = new KubeConfig();
    config.loadFromFile(this.kubeconfig(user));
    return config;
  }

  /** Starts kube-apiserver; again after `stop`, with the same objects at the same port. */
  async start(): Promise<void> {
    if (this.#port === 0) await this.#prepare();
    this.#spawn('kube-apiserver', [
      `--etcd-servers=${this.#etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${this.#port}`,
      '--insecure-port=0',
      `--cert-dir=${this.folder}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(this.folder, 'accounts.key')}`,
      `--service-account-signing-key-file=${join(this.folder, 'accounts.key')}`,
      '--authorization-mode=RBAC',
      `--token-auth-file=${join(this.folder, 'tokens.csv')}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--disable-admission-plugins=ServiceAccount',
      '--endpoint-reconciler-type=none',
    ]);
    await waitFor('the Kubernetes API', () => this.#ready(), 60);
  }

  /** Ends kube-apiserver. */
  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#end('kube-apiserver', signal);
  }

  async close(): Promise<void> {
    await this.#end('kube-apiserver', 'SIGKILL');
    await this.#end('etcd', 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
    process.removeListener('exit', this.#lastResort);
  }

  async #prepare(): Promise<void> {
    this.#port = await freePort();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
    writeFileSync(join(this.folder, 'accounts.key'), pem, { mode: 0o600 });
    for (const user of ['admin', 'agent', 'control-plane']) this.#tokens.set(user, randomBytes(16).toString('hex'));
    const rows = [...this.#tokens].map(([user, token]) =>
      user === 'admin' ? `${token},admin,admin,"system:masters"` : `${token},${user},${user}`,
    );
    writeFileSync(join(this.folder, 'tokens.csv'), `${rows.join('\n')}\n`, { mode: 0o600 });
  }

  async #startEtcd(): Promise<void> {
    this.#etcd = `http://127.0.0.1:${await freePort()}`;
    const peers = `http://127.0.0.1:${await freePort()}`;
    this.#spawn('etcd', [
      ...['--data-dir', join(this.folder, 'etcd'), '--unsafe-no-fsync'],
      ...['--listen-client-urls', this.#etcd, '--advertise-client-urls', this.#etcd],
      ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `default=${peers}`],
    ]);
    await waitFor('etcd', () =>
      fetch(`${this.#etcd}/health`).then(
        (answer) => answer.ok || undefined,
        () => undefined,
      ),
    );
  }

  async #ready(): Promise<true | undefined> {
    const { CoreV1Api } = await import('@kubernetes/client-node');
    try {
      await this.config('admin').makeApiClient(CoreV1Api).readNamespace({ name: 'kube-system' });
      return true;
    } catch {
      // It has not come up yet: the wait ends it when it never does.
      return undefined;
    }
  }

  #spawn(name: string, args: readonly string[]): void {
    const own = join(this.#assets, name);
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    this.#children.set(name, spawn(existsSync(own) ? own : name, args, { stdio: ['ignore', log, log] }));
    closeSync(log);
  }

  async #end(name: string, signal: NodeJS.Signals): Promise<void> {
    const child = this.#children.get(name);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'close');
  }
}

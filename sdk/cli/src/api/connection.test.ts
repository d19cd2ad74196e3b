import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CliConfig } from '../config.ts';
import { findLogin, forgetLogin, storeLogin } from './connection.ts';

let folder: string;
let config: CliConfig;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-login-'));
  mkdirSync(join(folder, 'data/run'), { recursive: true });
  config = {
    data: join(folder, 'data'),
    natsUrl: undefined,
    seedFile: undefined,
    loginFile: join(folder, 'home/picket/login.json'),
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const find = (text: Record<string, string> = {}) => findLogin(config, { positionals: [], text, flags: {} });
const runFile = (text: string) => writeFileSync(join(config.data, 'run/picket.json'), text);
const running = (pid: number) =>
  runFile(JSON.stringify({ api: 'http://127.0.0.1:1', nats: 'nats://127.0.0.1:2', pid }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('findLogin', () => {
  it('uses the Picket that runs on this machine', () => {
    running(process.pid);
    writeFileSync(join(config.data, 'admin-token'), 'pkt_local\n');
    expect(find()).toEqual({ url: 'http://127.0.0.1:1', token: 'pkt_local' });
  });

  it('does not take the file of one that was killed for a running one', () => {
    running(4194305);
    expect(() => find()).toThrow(/does not run here: npm start/);
  });

  it('prefers a login, and options to everything', () => {
    running(process.pid);
    writeFileSync(join(config.data, 'admin-token'), 'pkt_local');
    storeLogin(config.loginFile, { url: 'https://far.example', token: 'pkt_far' });
    expect(find()).toEqual({ url: 'https://far.example', token: 'pkt_far' });
    const token = file('token', 'pkt_given\n');
    expect(find({ 'token-file': token })).toEqual({ url: 'https://far.example', token: 'pkt_given' });
    expect(find({ url: 'http://other:1', 'token-file': token })).toEqual({ url: 'http://other:1', token: 'pkt_given' });
  });

  it('never sends the token of one server to another', () => {
    running(process.pid);
    writeFileSync(join(config.data, 'admin-token'), 'pkt_local');
    storeLogin(config.loginFile, { url: 'https://far.example', token: 'pkt_far' });
    expect(() => find({ url: 'http://other:1' })).toThrow(/no token for http:\/\/other:1: give --token-file/);
  });

  it('says what is wrong with its files', () => {
    expect(() => find()).toThrow(/does not run here/);
    runFile('{"api":');
    expect(() => find()).toThrow(/picket\.json can not be read/);
    running(process.pid);
    expect(() => find()).toThrow(/no token for/);
    expect(() => find({ 'token-file': join(folder, 'none') })).toThrow(/token can not be read: ENOENT/);
    mkdirSync(join(folder, 'home/picket'), { recursive: true });
    writeFileSync(config.loginFile, '{"url":"nowhere"}');
    expect(() => find()).toThrow(/does not hold a login: picket logout/);
  });
});

describe('a stored login', () => {
  it('is readable by its owner only, also when it replaces a looser file', () => {
    mkdirSync(join(folder, 'home/picket'), { recursive: true });
    writeFileSync(config.loginFile, 'old', { mode: 0o644 });
    storeLogin(config.loginFile, { url: 'http://a:1', token: 'pkt_x' });
    expect(statSync(config.loginFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(config.loginFile, 'utf8')).toContain('pkt_x');
  });

  it('can be forgotten', () => {
    storeLogin(config.loginFile, { url: 'http://a:1', token: 'pkt_x' });
    expect(statSync(join(folder, 'home/picket')).mode & 0o777).toBe(0o700);
    expect(forgetLogin(config.loginFile)).toBe(true);
    expect(forgetLogin(config.loginFile)).toBe(false);
  });
});

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { PicketClient } from '@picket/sdk/client';
import { forgetLogin, readToken, storeLogin } from '../api/connection.ts';
import type { Command, Io } from '../command.ts';
import { CliError } from '../errors.ts';

/** Keeps address and token for later commands, after having tried them. */
export const login: Command = {
  name: 'login',
  usage: 'URL [--token-file FILE]',
  summary: 'keep the address and the token of a server; asks for the token when no file is given',
  options: { 'token-file': { type: 'string' } },
  positionals: [1, 1],
  async run(config, args, io) {
    const url = checkUrl(args.positionals[0] as string);
    const file = args.text['token-file'];
    const token = file === undefined ? await askForToken(io) : readToken(file);
    if (token === '') throw new CliError('TOKEN_MISSING', 'no token was given');
    const { name, role } = await new PicketClient({ baseUrl: url, token }).whoami({ signal: io.signal });
    storeLogin(config.loginFile, { url, token });
    io.out(`logged in to ${url} as ${name} (${role})`);
    return 0;
  },
};

export const logout: Command = {
  name: 'logout',
  usage: '',
  summary: 'forget what login kept',
  options: {},
  positionals: [0, 0],
  async run(config, _args, io) {
    io.out(forgetLogin(config.loginFile) ? 'logged out' : 'there was no login');
    return 0;
  },
};

function checkUrl(text: string): string {
  const url = URL.parse(text);
  if (url && ['http:', 'https:'].includes(url.protocol)) return url.href.replace(/\/+$/, '');
  throw new CliError('USAGE', `${text} is no address: give one like http://127.0.0.1:8686`);
}

/** Reads the token from a terminal without showing it, or from a pipe. Never from an argument: others see those. */
async function askForToken(io: Io): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  if (terminal) io.note('Token (not shown):');
  const silent = new Writable({ write: (_piece, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal });
  try {
    const first = await lines[Symbol.asyncIterator]().next();
    return first.done ? '' : first.value.trim();
  } finally {
    lines.close();
  }
}

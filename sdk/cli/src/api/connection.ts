import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '@picket/sdk';
import { PicketClient } from '@picket/sdk/client';
import { z } from 'zod';
import type { Arguments } from '../command.ts';
import type { CliConfig } from '../config.ts';
import { CliError } from '../errors.ts';
import { readRunFile } from '../run-file.ts';

/** Where the API is and what proves who is asking. */
const Login = z.object({ url: z.url(), token: z.string().min(1) });
export type Login = z.infer<typeof Login>;

/** Options of the commands that use the API. */
export const API_OPTIONS = { url: { type: 'string' }, 'token-file': { type: 'string' } } as const;
export const API_USAGE = '[--url URL] [--token-file FILE]';

/**
 * A client of the API named by the options, by `picket login`, or of the Picket that runs on this machine.
 * @param timeout ms until a request is given up; the usual ones when left out
 */
export function openApi(config: CliConfig, args: Arguments, timeout?: number): { client: PicketClient; url: string } {
  const { url, token } = findLogin(config, args);
  return { client: new PicketClient({ baseUrl: url, token, timeout }), url };
}

/** @throws CliError NOT_RUNNING, TOKEN_MISSING, LOGIN_INVALID, FILE_UNREADABLE */
export function findLogin(config: CliConfig, args: Arguments): Login {
  const stored = args.text.url === undefined ? readLogin(config.loginFile) : undefined;
  const url = args.text.url ?? stored?.url ?? readRunFile(config.data)?.api;
  if (url === undefined)
    throw new CliError('NOT_RUNNING', 'Picket does not run here: npm start, or picket login URL for one elsewhere');
  if (args.text['token-file'] !== undefined) return { url, token: readToken(args.text['token-file']) };
  if (stored) return stored;
  const local = join(config.data, 'admin-token');
  if (args.text.url === undefined && existsSync(local)) return { url, token: readToken(local) };
  throw new CliError('TOKEN_MISSING', `no token for ${url}: give --token-file FILE, or picket login ${url}`);
}

/** @throws CliError FILE_UNREADABLE */
export function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CliError('FILE_UNREADABLE', `the token can not be read: ${messageOf(cause)}`, { cause });
  }
}

function readLogin(file: string): Login | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return Login.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new CliError('LOGIN_INVALID', `${file} does not hold a login: picket logout, then picket login URL`, {
      cause,
    });
  }
}

/** Keeps a login for later commands, readable by its owner only. */
export function storeLogin(file: string, login: Login): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, `${JSON.stringify(login)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, file);
}

/** @returns whether there was one */
export function forgetLogin(file: string): boolean {
  if (!existsSync(file)) return false;
  rmSync(file);
  return true;
}

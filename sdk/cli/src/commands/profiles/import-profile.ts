import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  fromYaml,
  MOST_PROFILE_TEXT,
  ProfileError,
  profileId,
  signProfile,
  toYaml,
} from '@picket/control-plane/profiles';
import { messageOf } from '@picket/sdk';
import { BEHAVIOUR_STAGES, modelId, PicketApiError } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../../api/connection.ts';
import { type Command, type Io, oneOf } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { readSigningKey } from '../detectors/sign-version.ts';
import { formatProfile } from './format-profile.ts';

export const profilesImport: Command = {
  name: 'profiles import',
  usage: `FILE [--stage ${BEHAVIOUR_STAGES.join('|')}] [--sign KEY] [--reason TEXT] ${API_USAGE}`,
  summary: 'bring a profile in from YAML; it scores until another version is promoted',
  options: { stage: { type: 'string' }, sign: { type: 'string' }, reason: { type: 'string' }, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const [file = ''] = args.positionals;
    const stage = oneOf(args, 'stage', BEHAVIOUR_STAGES);
    const text = read(file);
    const { client } = openApi(config, args);
    return await explained(file, io, async () => {
      const written = fromYaml(text, file);
      const { key, digest } = written.head;
      const yaml = args.text.sign === undefined ? text : signed(written, args.text.sign);
      const body = { yaml, stage, reason: args.text.reason };
      const info = await client.profiles.import(await modelId(key, digest), body, { signal: io.signal });
      for (const line of formatProfile(info)) io.out(line);
      io.note(`newer versions wait from now on: picket models stage ${info.id} --unpin lets them through again`);
      return 0;
    });
  },
};

function signed({ profile, head }: ReturnType<typeof fromYaml>, keyFile: string): string {
  const key = readSigningKey(keyFile);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const keyId = createHash('sha256').update(spki).digest('hex').slice(0, 32);
  return toYaml(profile, head, signProfile(profileId(profile, head), key, keyId));
}

function read(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError('FILE_UNREADABLE', `${file} can not be read: ${messageOf(cause)}`, { cause });
  }
  if (text.length <= MOST_PROFILE_TEXT) return text;
  throw new CliError(
    'FILE_UNREADABLE',
    `${file} has ${text.length} characters, a profile at most ${MOST_PROFILE_TEXT}`,
  );
}

const SIGN = 'picket profiles import --sign KEY signs with a private key (PEM) whose public key the server has';

/** Shows every place of the file that is wrong before an error goes on. */
async function explained<T>(file: string, io: Io, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const details =
      error instanceof ProfileError ? (error.details ?? []) : error instanceof PicketApiError ? error.errors : [];
    for (const { path, message } of details.slice(0, MOST_TOLD))
      io.note(printable(`error ${path.replace(/^profile\.yaml(?=:|$)/, file)} ${message}`));
    if (details.length > MOST_TOLD) io.note(`and ${details.length - MOST_TOLD} more`);
    if (error instanceof PicketApiError && /signature|signed/.test(error.message)) io.note(SIGN);
    throw error;
  }
}

const MOST_TOLD = 20;

import type { PicketClient, ProfileDecisionRequest, ProfileInfo } from '@picket/sdk/client';
import { PROFILE_LIMITS } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../../api/connection.ts';
import type { Command } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { findWorkload } from '../models/find-workload.ts';
import { formatProfile } from './format-profile.ts';

type Call = (
  client: PicketClient,
  id: string,
  body: ProfileDecisionRequest,
  options: { signal: AbortSignal },
) => Promise<ProfileInfo>;

const TOKEN = /^[A-Za-z]:./;

function decision(name: string, summary: string, call: Call): Command {
  return {
    name: `profiles ${name}`,
    usage: `WORKLOAD TOKEN... --reason TEXT [--pattern] ${API_USAGE}`,
    summary,
    options: { reason: { type: 'string' }, pattern: { type: 'boolean' }, ...API_OPTIONS },
    positionals: [2, 1 + PROFILE_LIMITS.tokens],
    async run(config, args, io) {
      const [workload = '', ...tokens] = args.positionals;
      const { reason } = args.text;
      const wrong = tokens.find((token) => !TOKEN.test(token));
      if (wrong !== undefined)
        throw new CliError(
          'USAGE',
          `${wrong} is no token: a letter for its class and a colon stand before it, as in x:/usr/bin/tar`,
        );
      if (reason === undefined) throw new CliError('USAGE', 'say why, with --reason TEXT: others will read it');
      const { client } = openApi(config, args);
      const id = await findWorkload(client, workload, io.signal);
      const body = { tokens, reason, pattern: args.flags.pattern === true };
      const info = await call(client, id, body, { signal: io.signal });
      for (const line of formatProfile(info)) io.out(line);
      if (info.proposed > 0) io.note('what is proposed changes nothing until an operator says the same');
      return 0;
    },
  };
}

export const profilesAllow = decision(
  'allow',
  'say that tokens belong to a workload, whether they are learned or not',
  (client, id, body, options) => client.profiles.allow(id, body, options),
);

export const profilesRemove = decision(
  'remove',
  'say that tokens do not belong to a workload, whether they are learned or not',
  (client, id, body, options) => client.profiles.remove(id, body, options),
);

export const profilesForget = decision(
  'forget',
  'take back what was said about tokens, and turn proposals down',
  (client, id, body, options) => client.profiles.forget(id, body, options),
);

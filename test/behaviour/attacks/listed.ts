import type { Deed } from '../../attacks/deed.ts';
import { CREDENTIALS } from '../../attacks/deeds/credentials.ts';
import { ESCAPES } from '../../attacks/deeds/escapes.ts';
import { IMPACT } from '../../attacks/deeds/impact.ts';
import { NETWORK } from '../../attacks/deeds/network.ts';
import { PERSISTENCE } from '../../attacks/deeds/persistence.ts';
import { PROGRAMS } from '../../attacks/deeds/programs.ts';
import { SYSTEM_CALLS } from '../../attacks/deeds/system-calls.ts';
import type { Attack } from './attack.ts';

/** Deeds that rules know, which need nothing but what the scene puts into every container; with the ATT&CK technique of each. */
const CHOSEN: readonly (readonly [deeds: readonly Deed[], rule: string, title: string, technique: string])[] = [
  [CREDENTIALS, 'Account file read by an unexpected program', 'password hashes', 'T1003.008'],
  [CREDENTIALS, 'Link to an account file made', 'a symbolic link', 'T1555'],
  [CREDENTIALS, 'Environment of another process read', 'that of the first process', 'T1552.001'],
  [CREDENTIALS, 'Private keys or cloud credentials read', 'an SSH key', 'T1552.004'],
  [CREDENTIALS, 'Search for private keys or credentials', 'through the whole file system', 'T1552'],
  [ESCAPES, 'Kernel helper program changed', 'core_pattern', 'T1611'],
  [IMPACT, 'Command history wiped', 'removed', 'T1070.003'],
  [IMPACT, 'Log wiped', 'emptied', 'T1070.002'],
  [IMPACT, 'Many files deleted', 'of a shop', 'T1485'],
  [IMPACT, 'Many files given another ending', 'of a shop', 'T1486'],
  [IMPACT, 'Fork bomb', 'of shells', 'T1499.001'],
  [NETWORK, 'Raw or packet socket made', 'for all packets', 'T1040'],
  [NETWORK, 'Many ports of one address tried', 'thirty in a row', 'T1046'],
  [NETWORK, 'Miner started', 'with the name of a pool', 'T1496'],
  [PERSISTENCE, 'Preload file written', 'for every program', 'T1574.006'],
  [PERSISTENCE, 'Scheduled job written', 'a file of cron', 'T1053.003'],
  [PERSISTENCE, 'Account rights written', 'a key that may log in', 'T1098.004'],
  [PERSISTENCE, 'Start-up file written', 'a profile of shells', 'T1037'],
  [PERSISTENCE, 'Program or library directory written', 'beside the programs of the image', 'T1554'],
  [PERSISTENCE, 'Program given the rights of its owner', 'a copy of the shell', 'T1548.001'],
  [PROGRAMS, 'Program that is not in the image', 'a program that was put beside the others', 'T1036'],
  [PROGRAMS, 'Program run from memory', 'a program that is in no file', 'T1620'],
  [PROGRAMS, 'Program run from a scratch directory', '/tmp', 'T1059.004'],
  [SYSTEM_CALLS, 'Namespace made without the right to', 'a user namespace', 'T1611'],
  [SYSTEM_CALLS, 'eBPF program loaded from a container', 'the attempt', 'T1014'],
  [SYSTEM_CALLS, 'io_uring set up in a container', 'with eight entries', 'T1218'],
  [SYSTEM_CALLS, 'Process traced', 'a child', 'T1055.008'],
  [SYSTEM_CALLS, 'Memory of another process written', 'a child', 'T1055'],
];

/** Containers they are done in, in turn. */
const PLACES = ['app', 'web', 'cache', 'cron', 'db'] as const;
/** So that the act is not over before a window has begun. */
const SETTLE_MS = 1000;

/** Behaviour of the list of detections, which has a rule each: here rules are off. */
export const LISTED_ATTACKS: readonly Attack[] = CHOSEN.map(([deeds, rule, title, technique], i) => {
  const deed = deeds.find((each) => each.rule === rule && each.title === title);
  if (!deed) throw new Error(`there is no deed "${rule}": ${title}`);
  const place = PLACES[i % PLACES.length] as string;
  const name = rule.toLowerCase().replaceAll(/[^a-z]+/g, '-');
  return {
    id: `listed-${name}`,
    title: `${rule}: ${title}`,
    technique,
    entry: 'exec',
    shows: [place],
    act: async (scene) => {
      const done = await deed.act({ exec: (args, options) => scene.exec(place, args, options) });
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      return done;
    },
    // every program that starts would complain of it
    ...(rule === 'Preload file written' ? { after: (scene) => scene.sh(place, 'rm /etc/ld.so.preload') } : {}),
  };
});

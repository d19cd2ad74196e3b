import { APP_ATTACKS } from './attacks/app.ts';
import type { Attack } from './attacks/attack.ts';
import { BUILD_ATTACKS } from './attacks/builds.ts';
import { CACHE_ATTACKS } from './attacks/cache.ts';
import { DATABASE_ATTACKS } from './attacks/database.ts';
import { HELD_OUT_ATTACKS } from './attacks/held-out.ts';
import { JOB_ATTACKS } from './attacks/jobs.ts';
import { LISTED_ATTACKS } from './attacks/listed.ts';
import { WEB_ATTACKS } from './attacks/web.ts';

/** Workloads of one attacked shop: its attacks follow each other, so that a window holds one attack at a time. */
const LANES: readonly (readonly string[])[] = [
  ['app', 'db', 'cache'],
  ['web', 'cron', 'ci'],
];

const NEW_ATTACKS = [
  ...APP_ATTACKS,
  ...DATABASE_ATTACKS,
  ...CACHE_ATTACKS,
  ...WEB_ATTACKS,
  ...JOB_ATTACKS,
  ...BUILD_ATTACKS,
];

/** Every attack. */
export const ALL_ATTACKS: readonly Attack[] = [...NEW_ATTACKS, ...HELD_OUT_ATTACKS, ...LISTED_ATTACKS];

const listed = new Set(LISTED_ATTACKS.map(({ id }) => id));
/** Whether the list of shipped detections names the behaviour. */
export const isListed = ({ id }: Attack): boolean => listed.has(id);

/** Whether it was written when models were finished. */
export const isHeldOut = (attack: Attack): boolean => HELD_OUT_ATTACKS.includes(attack);

/** The attacks of each lane in an order in which neighbours are in different containers where that can be. */
export const attackLanes = (attacks: readonly Attack[]): Attack[][] =>
  LANES.map((places) => inTurn(places.map((place) => attacks.filter(({ shows }) => shows[0] === place))));

function inTurn(groups: readonly (readonly Attack[])[]): Attack[] {
  const longest = Math.max(...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => groups.flatMap((group) => group.slice(i, i + 1))).flat();
}

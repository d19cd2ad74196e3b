/** What confines a process: names as in docs/detector-hosts.md. */
export interface Confinement {
  readonly confinement: readonly string[];
  /** What could not be had, each with the reason. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  /** Why it was not started; undefined when it was. */
  readonly failure: string | undefined;
}

const ALL: readonly string[] = ['uid', 'network', 'ipc', 'hostname', 'mounts', 'root', 'landlock', 'seccomp'];

/** Without the launcher there is nothing but Node's own permission model. */
export const unconfined = (reason: string): Confinement => ({
  confinement: ['permissions'],
  missing: ALL.map((name) => ({ name, reason })),
  failure: undefined,
});

/** The report of the launcher: lines "have NAME", "miss NAME REASON", "fail WHAT REASON". */
export function readReport(text: string): Confinement {
  const confinement = ['permissions'];
  const missing: { name: string; reason: string }[] = [];
  let failure: string | undefined;
  for (const line of text.split('\n')) {
    const [, kind, name = '', reason = ''] = /^(have|miss|fail) (\w+) ?(.*)$/.exec(line) ?? [];
    if (kind === 'have') confinement.push(name);
    if (kind === 'miss') missing.push({ name, reason });
    if (kind === 'fail') failure = `${name}: ${reason}`;
  }
  if (confinement.length === 1 && missing.length === 0) failure ??= 'the launcher said nothing';
  return { confinement, missing, failure };
}

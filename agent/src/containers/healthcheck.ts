const MOST = 1024;

/**
 * The command line of a health check as Docker and podman write it (`Config.Healthcheck.Test`), in the form of Falco's
 * `container.healthcheck`: program and arguments; a shell command with its shell; NONE for one that was switched off.
 * @returns empty when there is none
 */
export function healthcheckText(test: readonly unknown[]): string {
  const words = test.filter((word) => typeof word === 'string');
  const [kind, ...rest] = words;
  if (kind === undefined || words.length !== test.length) return '';
  if (kind === 'NONE') return 'NONE';
  if (kind === 'CMD-SHELL') return rest.length === 0 ? '' : `/bin/sh -c ${rest.join(' ')}`.slice(0, MOST);
  return (kind === 'CMD' ? rest : words).join(' ').slice(0, MOST);
}

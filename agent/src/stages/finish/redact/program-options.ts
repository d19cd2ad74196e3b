/** How a program takes a secret through an option of one letter. */
export interface ProgramOption {
  readonly option: RegExp;
  /** The value may be the next argument; without it only what stands in the same one counts. */
  readonly next: boolean;
  /** Only what follows this character in the value is secret: `user:password`. */
  readonly after?: string;
  /** Only when this word is among the arguments. */
  readonly with?: string;
}

const attached: readonly ProgramOption[] = [{ option: /^-p/, next: false }];
const either = (letter: string): readonly ProgramOption[] => [{ option: new RegExp(`^-${letter}`), next: true }];
const login: readonly ProgramOption[] = [{ option: /^-p/, next: true, with: 'login' }];
const user: readonly ProgramOption[] = [
  { option: /^-[uU]|^-[a-zA-Z]{1,8}[uU]$/, next: true, after: ':' },
  { option: /^--(?:proxy-)?user(?:$|=)/, next: true, after: ':' },
];

const each = (names: string, options: readonly ProgramOption[]) =>
  names.split(' ').map((name): [string, readonly ProgramOption[]] => [name, options]);

/**
 * Programs by the last part of their path. `-p` means a password to few: `mysql -psecret` (but `-p secret` names a
 * database), and something else to most.
 */
export const PROGRAM_OPTIONS: ReadonlyMap<string, readonly ProgramOption[]> = new Map([
  ...each('mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlbinlog 7z 7za 7zr', attached),
  ...each('mariadb mariadb-dump mariadb-admin mariadb-import mariadb-show mariadb-check', attached),
  ...each('sshpass mongo mongosh mongodump mongorestore mongoexport mongoimport cqlsh', either('p')),
  ...each('ldapsearch ldapadd ldapmodify ldapdelete ldapcompare ldapwhoami ldappasswd', either('w')),
  ...each('sqlcmd bcp zip unzip mosquitto_pub mosquitto_sub ipmitool', either('P')),
  ...each('redis-cli valkey-cli', [{ option: /^-a$/, next: true }]),
  ...each('curl', user),
  ...each('smbclient smbmap rpcclient', [{ option: /^-U/, next: true, after: '%' }]),
  ...each('docker podman nerdctl helm buildah skopeo oras crane', login),
]);

/** Part of a pattern that finds texts in which one of the programs may be named. */
export const PROGRAM_HINT =
  'mysql|maria|mongo|cqlsh|ldap|sqlcmd|bcp|zip|7z|mosquitto|ipmitool|-cli|curl|smb|rpcclient|login';

/** Last words of names whose values are secrets: `db_password`, `--github-token`, `clientSecret`. */
const SECRETS = new Set([
  ...['password', 'passwords', 'passwd', 'passphrase', 'passcode', 'pass', 'pwd', 'passwort'],
  ...['secret', 'secrets', 'token', 'tokens', 'credential', 'credentials', 'creds', 'bearer', 'jwt'],
  ...[
    'apikey',
    'authkey',
    'secretkey',
    'accesskey',
    'privatekey',
    'authtoken',
    'accesstoken',
    'dbpassword',
    'userpass',
  ],
]);
/** Words before `key` that make it one. */
const KEYS = new Set([
  ...['api', 'secret', 'private', 'access', 'account', 'encryption', 'signing', 'master', 'auth', 'authorization'],
  ...['shared', 'session', 'license', 'storage', 'deploy', 'app', 'application', 'service', 'subscription'],
]);
/** Last words that make `secret…` the name of something that is none. */
const HARMLESS_ENDS = new Set([
  ...['file', 'files', 'path', 'dir', 'name', 'names', 'arn', 'version', 'type', 'format', 'url', 'uri', 'stdin'],
  ...['length', 'size', 'ttl', 'count', 'namespace', 'ref', 'provider', 'store', 'manager', 'engine', 'mount'],
]);
/** First words of options that take no secret: `--no-password`, `--ask-pass`, `--max-tokens`. */
const SWITCHES = new Set([
  ...['no', 'ask', 'prompt', 'require', 'use', 'show', 'hide', 'generate', 'skip', 'disable', 'enable', 'without'],
  ...['reset', 'reveal', 'print', 'allow', 'never', 'force', 'validate', 'check', 'max', 'min', 'num', 'n'],
]);
/** Variables of every shell. */
const DIRECTORIES = new Set(['PWD', 'OLDPWD']);

/** Whether what is assigned to this name is a secret. Takes `AWS_SECRET_ACCESS_KEY`, `--api-key`, `spring.db.password`. */
export function isSecretName(name: string): boolean {
  if (DIRECTORIES.has(name)) return false;
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (SWITCHES.has(words[0] ?? '') && words.length > 1) return false;
  if (SECRETS.has(last)) return true;
  if (last === 'key') return KEYS.has(words.at(-2) ?? '');
  return words.includes('secret') && !HARMLESS_ENDS.has(last);
}

/** Whether this is an option whose value, the next argument, is a secret. One letter says nothing. */
export function isSecretOption(argument: string): boolean {
  return /^--?[A-Za-z][\w.-]{1,63}$/.test(argument) && isSecretName(argument);
}

const wordsOf = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

const ENTRIES = 16;

/** Variables that change what a program loads or runs; only these leave the kernel. */
export const ENV_ALLOWED: readonly string[] = [
  'LD_',
  'GCONV_PATH',
  'GLIBC_TUNABLES',
  'BASH_ENV',
  'ENV=',
  'PYTHONPATH',
  'PYTHONSTARTUP',
  'PERL5OPT',
  'PERL5LIB',
  'RUBYOPT',
  'NODE_OPTIONS',
  'JAVA_TOOL_OPTIONS',
  'HISTFILE',
  'PROMPT_COMMAND',
  'KUBECONFIG',
];

/**
 * The table that process_exec.bpf.c compares the beginning of each variable with: pairs of (value, mask) over the
 * first eight bytes, so longer names match by their first eight.
 * @throws RangeError when there are more names than the table has room for
 */
export function envPrefixes(names: readonly string[] = ENV_ALLOWED): Uint8Array {
  if (names.length > ENTRIES) throw new RangeError(`the table of environment names holds ${ENTRIES}`);
  const out = new Uint8Array(ENTRIES * 16);
  names.forEach((name, i) => {
    const bytes = new TextEncoder().encode(name).subarray(0, 8);
    out.set(bytes, i * 16);
    out.fill(0xff, i * 16 + 8, i * 16 + 8 + bytes.length);
  });
  return out;
}

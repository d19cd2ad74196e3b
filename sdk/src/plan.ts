import { z } from 'zod';
import { KINDS } from './events.gen.ts';

const KindName = z.enum(KINDS.map((kind) => kind.name) as [string, ...string[]]);

/** How much of a class of opens leaves the kernel: nothing, what `paths` lists for it, or all. */
export const OpensWanted = z.enum(['none', 'listed', 'all']);
export type OpensWanted = z.infer<typeof OpensWanted>;

/** Longest prefix and longest name that the kernel compares, in bytes. */
export const PATH_PREFIX_BYTES = 120;
export const PATH_NAME_BYTES = 32;
/** Most path rules, and most ranges of ports for one network. */
export const MOST_PATH_RULES = 4096;
export const MOST_NAME_RULES = 1024;
export const MOST_PORT_RANGES = 4;

const utf8 = new TextEncoder();
const text = (most: number) =>
  z
    .string()
    .min(1)
    .refine((value) => utf8.encode(value).length <= most && !value.includes('\0'), {
      message: `must have at most ${most} bytes and no NUL`,
    });

/** What to do with opens whose path begins with `prefix`, or whose last component is `name`. */
export const PathRule = z
  .strictObject({
    prefix: text(PATH_PREFIX_BYTES).optional(),
    name: text(PATH_NAME_BYTES).optional(),
    /** Classes of opens that it is listed for. */
    for: z.array(z.enum(['read', 'write', 'failed'])).default([]),
    /** No budget and no suppression may hold it back. */
    mustSee: z.boolean().default(false),
    /** Never told, unless another rule says that it must be seen. */
    ignore: z.boolean().default(false),
  })
  .refine((rule) => (rule.prefix === undefined) !== (rule.name === undefined), {
    message: 'must have either a prefix or a name',
  });
export type PathRule = z.infer<typeof PathRule>;

const Port = z.int().min(0).max(65_535);

/** Connects to these ports of a network are not told. */
export const IgnoredPeers = z.strictObject({
  /** IPv4 or IPv6 network, address/length. */
  cidr: z.union([z.cidrv4(), z.cidrv6()]),
  /** First and last port of each range; empty for all. */
  ports: z
    .array(z.tuple([Port, Port]))
    .max(MOST_PORT_RANGES)
    .default([]),
});
export type IgnoredPeers = z.infer<typeof IgnoredPeers>;

/** What the control plane asks the agents for: the union of what active rules, detectors and models need. */
export const ProbePlan = z.strictObject({
  /** Names the contents: two plans of one revision are equal. */
  revision: z.string().min(1).max(64),
  kinds: z.array(KindName),
  /** x86-64 numbers of the calls that `syscall.notable` is wanted for; null for all. */
  calls: z.array(z.int().min(0).max(511)).nullable(),
  /** System calls are counted by container; pairs of them too. */
  histogram: z.boolean(),
  bigrams: z.boolean(),
  opens: z.strictObject({ read: OpensWanted, write: OpensWanted, failed: OpensWanted }),
  paths: z
    .array(PathRule)
    .max(MOST_PATH_RULES)
    .refine((rules) => rules.filter(({ name }) => name !== undefined).length <= MOST_NAME_RULES, {
      message: `must have at most ${MOST_NAME_RULES} rules with a name`,
    }),
  ignoredPeers: z.array(IgnoredPeers).max(1024),
  /** Kinds that no budget holds back. */
  mustSee: z.array(KindName),
  /** Events a second of one container and kind; 0 or left out for no limit. A second's worth may be saved up. */
  budgets: z.partialRecord(KindName, z.int().min(0).max(1_000_000_000)),
  /** Equal opens and connects of one process within this time are told once, with their count; 0 tells each. */
  suppressMs: z.int().min(0).max(60_000),
});
export type ProbePlan = z.infer<typeof ProbePlan>;

/** Events a second that no ordinary container reaches, and that one agent can still bring away. */
export const DEFAULT_BUDGETS: ProbePlan['budgets'] = {
  'file.open': 50_000,
  'file.modify': 20_000,
  'net.close': 20_000,
  'net.udp': 20_000,
  'net.dns': 5000,
  'net.connect': 20_000,
  'net.accept': 20_000,
  'net.unix': 10_000,
  'process.fork': 20_000,
  'process.exit': 20_000,
  'syscall.notable': 20_000,
};

/** What an agent does before anybody has told it what is wanted: everything. */
export const FULL_PLAN: ProbePlan = {
  revision: 'full',
  kinds: KINDS.map((kind) => kind.name),
  calls: null,
  histogram: true,
  bigrams: false,
  opens: { read: 'all', write: 'all', failed: 'all' },
  paths: [],
  ignoredPeers: [],
  mustSee: ['process.exec', 'process.moved', 'cgroup.created', 'cgroup.removed'],
  budgets: DEFAULT_BUDGETS,
  suppressMs: 1000,
};

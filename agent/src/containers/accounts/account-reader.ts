import { statSync } from 'node:fs';
import { type FileRead, NativeError, type ProcessFiles, ProcessFilesReading } from '@picket/native';
import { messageOf } from '@picket/sdk';
import { parseStat, TICK_NS } from '../process-facts.ts';
import type { Accounts } from './accounts.ts';
import { type IdMap, parseIdMap } from './id-map.ts';
import { type Entries, parseGroups, parseUsers } from './parse-accounts.ts';

/** The process by whose root file system the files are found. */
export interface AccountTarget {
  readonly pid: number;
  /** Its start on CLOCK_BOOTTIME in ns, whole clock ticks; 0 when it is not known. */
  readonly start: bigint;
  /** Path of the cgroup that it, or its start, is told by. */
  readonly cgroup: string;
  /** What the last reading gave. */
  readonly before?: AccountFiles | undefined;
  /** Whether the root of the node itself is taken: a runtime begins there and changes its root a moment later. */
  readonly nodeRoot: boolean;
}

/** What a reading found. */
export interface AccountFiles {
  readonly accounts: Accounts;
  readonly passwd: Part;
  readonly group: Part;
  /** Why a file is left out that is there; empty when none is. */
  readonly refused: string;
}

interface Part extends Entries {
  readonly stamp: string;
}

/**
 * - `early`: the process is still in the root of the node
 * - `gone`: there is no such process any more
 * - `late`: its file system does not answer; it is not to be asked again
 * - `failed`: it could not be read for another reason
 */
export type AccountReading =
  | { readonly state: 'read'; readonly files: AccountFiles }
  | { readonly state: 'early' | 'gone' }
  | { readonly state: 'late' | 'failed'; readonly why: string };

/** Most bytes of a passwd or group file that are looked at. */
const MOST_FILE = 262_144;
const DEADLINE_MS = 2000;
const OWN = ['stat', 'cgroup', 'uid_map', 'gid_map'];
const PATHS = ['etc/passwd', 'etc/group'];
const NOTHING: Part = { stamp: '', entries: [], cut: false };
/** Of a kernel without user name spaces. */
const SAME_IDS: IdMap = [{ inside: 0, outside: 0, count: 4_294_967_295 }];

/** Reads the passwd and group files of containers, which their processes may have made to harm the reader. */
export class AccountReader {
  readonly #nodeRoots = rootsOfNode();

  /**
   * Never throws. Answers at once when the files are read within `blockMs`: for so long the caller stands still.
   */
  read(target: AccountTarget, blockMs = 0): AccountReading | Promise<AccountReading> {
    try {
      const files = PATHS.map((path, i) => ({ path, stamp: stampsOf(target)[i] ?? '' }));
      const reading = new ProcessFilesReading({ pid: target.pid, own: OWN, files, limit: MOST_FILE });
      const found = reading.now(blockMs);
      return found ? this.#judge(found, target) : this.#later(reading, target);
    } catch (error) {
      return failureOf(error);
    }
  }

  async #later(reading: ProcessFilesReading, target: AccountTarget): Promise<AccountReading> {
    try {
      return this.#judge(await reading.later(DEADLINE_MS), target);
    } catch (error) {
      return failureOf(error);
    }
  }

  #judge(found: ProcessFiles, target: AccountTarget): AccountReading {
    if (!isMeant(found, target)) return { state: 'gone' };
    const { rootDevice, rootInode } = found;
    if (!target.nodeRoot && this.#nodeRoots.has(`${rootDevice}.${rootInode}`)) return { state: 'early' };
    return { state: 'read', files: filesOf(found, target.before) };
  }
}

function failureOf(error: unknown): AccountReading {
  const code = error instanceof NativeError ? error.code : '';
  if (code === 'NOT_FOUND') return { state: 'gone' };
  return { state: code === 'READ_LATE' ? 'late' : 'failed', why: messageOf(error) };
}

/** The root folders that a process has before its runtime gives it that of the container. */
function rootsOfNode(): ReadonlySet<string> {
  return new Set(
    ['/proc/1/root/.', '/'].flatMap((path) => {
      try {
        const { dev, ino } = statSync(path, { bigint: true });
        return [`${dev}.${ino}`];
      } catch {
        // closed to the agent: then so are the containers, which is told when they are read
        return [];
      }
    }),
  );
}

const stampsOf = ({ before }: AccountTarget) => [before?.passwd.stamp, before?.group.stamp];

/** An id may have been given to another process since the container was told by it. */
function isMeant({ own }: ProcessFiles, { start, cgroup }: AccountTarget): boolean {
  const [stat = '', membership = ''] = own.map(({ bytes }) => bytes.toString('latin1'));
  if (start !== 0n && BigInt(parseStat(stat).ticks) * TICK_NS === start) return true;
  const path = /^0::(.*)$/m.exec(membership)?.[1];
  return path !== undefined && `${path}/`.startsWith(cgroup === '/' ? '/' : `${cgroup}/`);
}

function filesOf({ own, files }: ProcessFiles, before: AccountFiles | undefined): AccountFiles {
  const [uids, gids] = [own[2], own[3]].map(mapOf);
  const [passwdRead, groupRead] = files;
  const passwd = partOf(passwdRead, before?.passwd, (bytes) => parseUsers(bytes, uids ?? [], gids ?? []));
  const group = partOf(groupRead, before?.group, (bytes) => parseGroups(bytes, gids ?? []));
  const accounts = { users: passwd.entries, groups: group.entries, cut: passwd.cut || group.cut };
  return { accounts, passwd, group, refused: [passwdRead, groupRead].map(refusal).find((why) => why !== '') ?? '' };
}

const mapOf = (file: FileRead | undefined): IdMap =>
  file?.state === 'read' ? parseIdMap(file.bytes.toString('latin1')) : SAME_IDS;

/** A file that is gone or spoilt tells nothing any more: names of it must not live on. */
function partOf(file: FileRead | undefined, before: Part | undefined, parse: (bytes: Buffer) => Entries): Part {
  if (file?.state === 'same' && before) return before;
  if (file?.state !== 'read') return NOTHING;
  const whole = file.cut ? file.bytes.subarray(0, file.bytes.lastIndexOf(10) + 1) : file.bytes;
  const { entries, cut } = parse(whole);
  return { stamp: file.stamp, entries, cut: cut || file.cut };
}

function refusal(file: FileRead | undefined, i: number): string {
  if (file?.state === 'irregular') return `/${PATHS[i]} is no regular file`;
  return file?.state === 'failed' ? `/${PATHS[i]} can not be read (errno ${file.errno})` : '';
}

import {
  type BatchHeader,
  ContainerFlag,
  type EventCursor,
  Header,
  HeaderFlag,
  Kind,
  LossReason,
  SensorLoss,
} from '@picket/sdk';
import type { Container } from '../../../../types.ts';
import type { ClosedWindow, WindowStats, WindowsView } from '../container-windows.ts';
import { WINDOW_FIRST, WINDOW_LAST, WINDOW_LOSS, WINDOW_PARTIAL, type WindowSeconds } from '../feature-window.ts';
import { ContainerTrack } from './container-track.ts';
import { COUNTED, countRecord, type Memos } from './count-record.ts';
import { RuntimeActs } from './runtime-acts.ts';
import { WindowSum } from './window-sum.ts';

const NS = 1e9;
/**
 * How long a second stays open behind the watermark, ns: the agent tells of losses and of counts of the kernel once a
 * second, and its timer may be late.
 */
const GRACE = 1_250_000_000;
/** cgroups made a moment ago, of which a container may be told. */
const MOST_CGROUPS = 1024;
/** Seconds that one loss marks at most. */
const LONGEST_LOSS = 30;
const GENERATIONS = 65_536;
/** Losses that only the header of a batch tells of: they concern everything on the node. */
const OF_ALL: ReadonlySet<number> = new Set([LossReason.busLimit, LossReason.spoolFull]);

const trackKey = (slot: number, generation: number): number => slot * GENERATIONS + generation;

/** The containers of one node and their open windows. */
export class NodeWindows {
  readonly node: string;
  readonly tracks = new Map<number, ContainerTrack>();
  /** cgroups that were seen to be made, in that order. */
  readonly cgroups = new Set<number>();
  /** Seconds before this one are over. */
  closedTo = 0;
  bootId = '';
  epoch = 0n;
  /** What headers told lost so far; -1 before the first one. */
  lost = -1;
  /** All before this time had been told, ns. */
  watermark = 0;
  readonly #bySlot: (ContainerTrack | undefined)[] = [];
  readonly #stats: WindowStats;
  readonly #runtime = new RuntimeActs();

  constructor(node: string, stats: WindowStats) {
    this.node = node;
    this.#stats = stats;
  }

  /** Takes a batch on. What another run of the agent told ends with it. */
  begin(header: BatchHeader, out: ClosedWindow[]): void {
    this.#runtime.forget();
    const bootId = Buffer.from(header.bootId).toString('hex');
    if (bootId !== this.bootId || header.agentEpoch !== this.epoch) this.#beginRun(bootId, header.agentEpoch, out);
    let lost = 0;
    for (const { reason, count } of header.losses) if (OF_ALL.has(reason)) lost += Number(count);
    const grew = this.lost >= 0 && lost > this.lost;
    this.lost = lost;
    const from = Math.floor(this.watermark / NS);
    this.watermark = Number(header.watermark);
    if (grew) for (const track of this.tracks.values()) this.#markLoss(track, from, Math.floor(this.watermark / NS));
  }

  #beginRun(bootId: string, epoch: bigint, out: ClosedWindow[]): void {
    for (const track of this.tracks.values()) this.#close(track, Number.POSITIVE_INFINITY, out);
    this.tracks.clear();
    this.#bySlot.length = 0;
    this.cgroups.clear();
    this.bootId = bootId;
    this.epoch = epoch;
    this.closedTo = 0;
    this.lost = -1;
  }

  /** The track of the container that a record is of; undefined for what is none. */
  trackOf(cursor: EventCursor, view: WindowsView, mayOpen: () => boolean): ContainerTrack | undefined {
    const { slot } = cursor;
    const known = this.#bySlot[slot];
    if (known && slot !== 0 && known.container.generation === cursor.generation) return known;
    if (slot === 0 && (cursor.flags & HeaderFlag.host) !== 0) return undefined;
    const container = view.containerOf(cursor);
    if (!container) {
      if (COUNTED.has(cursor.kind)) this.#stats.unknown++;
      return undefined;
    }
    const found = this.#find(container);
    if (found) return found;
    if (container.stopped === 0) return mayOpen() ? this.open(container) : undefined;
    if (COUNTED.has(cursor.kind)) this.#stats.late++;
    return undefined;
  }

  #find(container: Container): ContainerTrack | undefined {
    const track = this.tracks.get(trackKey(container.slot, container.generation));
    if (track && container.stopped === 0) this.#bySlot[container.slot] = track;
    return track;
  }

  open(container: Container): ContainerTrack {
    const track = this.keep(container);
    this.#bySlot[container.slot] = track;
    return track;
  }

  /** As `open`, for a container that has ended. */
  keep(container: Container): ContainerTrack {
    const track = new ContainerTrack(container);
    this.tracks.set(trackKey(container.slot, container.generation), track);
    return track;
  }

  count(cursor: EventCursor, view: WindowsView, track: ContainerTrack, memos: Memos): void {
    const { kind, flags } = cursor;
    if ((flags & HeaderFlag.snapshot) !== 0) return;
    if (COUNTED.has(kind)) this.#counted(cursor, view, track, memos);
    else if (kind === Kind.ContainerStarted) this.#started(cursor, track);
    else if (kind === Kind.ContainerStopped) this.#stopped(cursor, track);
  }

  #counted(cursor: EventCursor, view: WindowsView, track: ContainerTrack, memos: Memos): void {
    if (this.#runtime.isRuntime(cursor, view, track.container)) {
      this.#stats.runtime++;
      return;
    }
    countRecord(cursor, view, track, this.#second(cursor, track), memos);
  }

  /** Remembers a cgroup that was made: a container that is told of it has just begun. */
  made(cgroup: number): void {
    this.cgroups.add(cgroup);
    if (this.cgroups.size <= MOST_CGROUPS) return;
    for (const oldest of this.cgroups) {
      this.cgroups.delete(oldest);
      return;
    }
  }

  /** Events were lost: of one container where the record says so, else of all. */
  loss(cursor: EventCursor): void {
    const kind = cursor.u16(SensorLoss.lostKind);
    const reason = cursor.u16(SensorLoss.reason);
    // counts of the kernel that came short are no event that was not seen
    if (reason === LossReason.suppressed || kind === Kind.WindowSyscalls || kind === Kind.WindowResources) return;
    const { slot } = cursor;
    const from = Math.floor(cursor.u64(SensorLoss.from) / NS);
    const to = Math.floor(cursor.u64(SensorLoss.to) / NS);
    if (slot !== 0) {
      const track = this.tracks.get(trackKey(slot, cursor.generation));
      if (track) this.#markLoss(track, from, to);
      return;
    }
    for (const track of this.tracks.values()) this.#markLoss(track, from, to);
  }

  /** Marks the seconds in which it happened as far as they are open, else the first that is. */
  #markLoss(track: ContainerTrack, from: number, to: number): void {
    const begin = Math.max(from, this.closedTo);
    const end = Math.max(begin, to);
    for (let second = begin; second <= end && second - begin < LONGEST_LOSS; second++)
      track.second(second).flags |= WINDOW_LOSS;
  }

  #second(cursor: EventCursor, track: ContainerTrack) {
    const second = Math.floor(cursor.time / NS);
    if (second >= this.closedTo) return track.second(second);
    this.#stats.late++;
    return track.second(this.closedTo);
  }

  #started(cursor: EventCursor, track: ContainerTrack): void {
    if (this.cgroups.delete(cursor.u64(Header.cgroup))) this.#second(cursor, track).flags |= WINDOW_FIRST;
  }

  #stopped(cursor: EventCursor, track: ContainerTrack): void {
    const sum = this.#second(cursor, track);
    sum.flags |= WINDOW_LAST;
    sum.records++;
    track.stopped = sum.index;
    if (this.#bySlot[track.container.slot] === track) this.#bySlot[track.container.slot] = undefined;
  }

  /** Closes what is over by a watermark, ns. */
  close(watermark: number, out: ClosedWindow[]): void {
    const to = Math.floor((watermark - GRACE) / NS);
    if (to <= this.closedTo) return;
    this.closedTo = to;
    for (const [key, track] of this.tracks) {
      this.#close(track, to, out);
      const isEmpty = !track.ten && !track.sixty && track.seconds.length === 0;
      // of one that another took the slot of, the end was not told
      if (isEmpty && (track.stopped >= 0 || track.container.stopped !== 0)) this.tracks.delete(key);
    }
  }

  #close(track: ContainerTrack, to: number, out: ClosedWindow[]): void {
    for (const sum of track.takeBefore(to)) {
      const ten = Math.floor(sum.index / 10);
      if (track.ten && track.ten.index < ten) this.#closeTen(track, out);
      const sixty = Math.floor(sum.index / 60);
      if (track.sixty && track.sixty.index < sixty) this.#closeSixty(track, out);
      sum.namePeers(track.names);
      sum.finish(true);
      if (isPartial(track.container)) sum.flags |= WINDOW_PARTIAL;
      if (sum.acts > 0) this.#tell(track, sum, 1, out);
      track.ten ??= new WindowSum(ten, 10);
      track.ten.absorb(sum);
    }
    if (track.ten && (track.ten.index + 1) * 10 <= to) this.#closeTen(track, out);
    if (track.sixty && (track.sixty.index + 1) * 60 <= to) this.#closeSixty(track, out);
  }

  #closeTen(track: ContainerTrack, out: ClosedWindow[]): void {
    const { ten } = track;
    if (!ten) return;
    track.ten = undefined;
    ten.finish(false);
    if (ten.records > 0) this.#tell(track, ten, 10, out);
    const sixty = Math.floor(ten.index / 6);
    if (track.sixty && track.sixty.index < sixty) this.#closeSixty(track, out);
    track.sixty ??= new WindowSum(sixty, 60);
    track.sixty.absorb(ten);
  }

  #closeSixty(track: ContainerTrack, out: ClosedWindow[]): void {
    const { sixty } = track;
    if (!sixty) return;
    track.sixty = undefined;
    sixty.finish(false);
    if (sixty.records > 0) this.#tell(track, sixty, 60, out);
  }

  #tell(track: ContainerTrack, sum: WindowSum, seconds: WindowSeconds, out: ClosedWindow[]): void {
    this.#stats.closed[seconds]++;
    out.push({ container: track.container, window: sum.window(seconds, this.epoch) });
  }
}

const isPartial = (container: Container): boolean =>
  container.image === '' || (container.flags & ContainerFlag.partial) !== 0;

import { mergeSketches, SKETCH_WORDS, Sketch, sketchSize } from '../counts/sketches.ts';
import { TableSum } from '../counts/table-sum.ts';
import { TokenCounts, type TokenMark } from '../counts/token-counts.ts';
import { type CountTable, type FeatureWindow, WINDOW_TOKENS_FULL, type WindowSeconds } from '../feature-window.ts';
import { SCALARS, Scalar } from '../scalars.ts';
import { isUnnamed, settledToken } from '../tokens/peer-names.ts';

const MOST_CALLS = 512;
const MOST_PAIRS = 4096;
/** Tokens up to which peers without a name are kept by their addresses: a scan has more of them than there is room for. */
const ROOM_FOR_UNNAMED = 256;

/** Longer windows have room for more, so that what was seen in a second is not missing in them. */
const SHARES: Readonly<Record<WindowSeconds, number>> = { 1: 1, 10: 4, 60: 4 };

const SUMS = placesOf('sum');
const MAXIMA = placesOf('max');
/** What is counted, and where its largest sum of one second stands. */
const PEAKS: readonly (readonly [peak: number, of: readonly number[]])[] = [
  [Scalar.execs_peak, [Scalar.execs]],
  [Scalar.opens_peak, [Scalar.opens]],
  [Scalar.changes_peak, [Scalar.renames, Scalar.removals, Scalar.links, Scalar.attributes, Scalar.truncates]],
  [Scalar.connects_peak, [Scalar.connects]],
  [Scalar.dns_peak, [Scalar.dns_queries]],
  [Scalar.syscalls_peak, [Scalar.syscalls]],
  [Scalar.sent_peak, [Scalar.net_sent]],
];

/** Adds up what one container does in one stretch of time. */
export class WindowSum {
  /** Number of the stretch: its start divided by its length. */
  readonly index: number;
  readonly scalars = new Float64Array(SCALARS.length);
  readonly sketches = new Uint32Array(SKETCH_WORDS);
  tokens: TokenCounts;
  readonly syscalls = new TableSum(MOST_CALLS);
  readonly bigrams = new TableSum(MOST_PAIRS);
  flags = 0;
  /** Records in it, and how many of them tell that something was done. */
  records = 0;
  acts = 0;
  /** Sequences of the first and the last of them. */
  first = 0;
  last = 0;

  constructor(index: number, seconds: WindowSeconds) {
    this.index = index;
    this.tokens = new TokenCounts(SHARES[seconds]);
  }

  add(scalar: number, value: number): void {
    this.scalars[scalar] = (this.scalars[scalar] as number) + value;
  }

  raise(scalar: number, value: number): void {
    if (value > (this.scalars[scalar] as number)) this.scalars[scalar] = value;
  }

  token(token: string, count: number): void {
    if (!this.tokens.add(token, count)) this.drop(count);
  }

  /** As `token`, for one that whoever calls keeps a mark of. */
  marked(mark: TokenMark, count: number): void {
    if (!this.tokens.addMarked(mark, count)) this.drop(count);
  }

  /** A peer by the mark of its token, which may wait for its name. */
  peer(mark: TokenMark, count: number): void {
    if (isUnnamed(mark.token) && this.tokens.size >= ROOM_FOR_UNNAMED) this.token(settledToken(mark.token), count);
    else this.marked(mark, count);
  }

  /** Gives peers the names that are known by now. To be called once, when the second is over. */
  namePeers(names: ReadonlyMap<string, string>): void {
    const { tokens } = this;
    if (!tokens.some(isUnnamed)) return;
    this.tokens = new TokenCounts();
    for (const [token, count] of tokens) this.token(isUnnamed(token) ? settledToken(token, names) : token, count);
  }

  drop(count: number): void {
    this.flags |= WINDOW_TOKENS_FULL;
    this.add(Scalar.tokens_dropped, count);
  }

  calls(syscalls: CountTable, bigrams: CountTable): void {
    const dropped = this.syscalls.add(syscalls) + this.bigrams.add(bigrams);
    if (dropped > 0) this.drop(dropped);
  }

  saw(sequence: number): void {
    if (this.first === 0 || sequence < this.first) this.first = sequence;
    if (sequence > this.last) this.last = sequence;
  }

  /** Takes in a shorter window that is over. */
  absorb(other: WindowSum): void {
    for (const at of SUMS) this.scalars[at] = (this.scalars[at] as number) + (other.scalars[at] as number);
    for (const at of MAXIMA) this.raise(at, other.scalars[at] as number);
    mergeSketches(this.sketches, other.sketches);
    for (const [token, count] of other.tokens) this.token(token, count);
    this.calls(other.syscalls, other.bigrams);
    this.flags |= other.flags;
    this.records += other.records;
    this.acts += other.acts;
    if (other.first === 0) return;
    this.saw(other.first);
    this.saw(other.last);
  }

  /** Works out what is made of the rest. To be called once, before it is shown or absorbed. */
  finish(isBase: boolean): void {
    const { scalars, sketches } = this;
    if (isBase) for (const [peak, of] of PEAKS) for (const at of of) this.add(peak, scalars[at] as number);
    scalars[Scalar.syscalls_distinct] = this.syscalls.size;
    scalars[Scalar.bigrams_distinct] = this.bigrams.size;
    scalars[Scalar.paths_distinct] = sketchSize(sketches, Sketch.paths);
    scalars[Scalar.peers_distinct] = sketchSize(sketches, Sketch.peers);
    scalars[Scalar.endpoints_distinct] = sketchSize(sketches, Sketch.endpoints);
    scalars[Scalar.ports_distinct] = sketchSize(sketches, Sketch.ports);
    scalars[Scalar.names_distinct] = sketchSize(sketches, Sketch.names);
    scalars[Scalar.programs_distinct] = this.tokens.programs();
    scalars[Scalar.tokens_distinct] = this.tokens.size;
    const sent = scalars[Scalar.net_sent] as number;
    const all = sent + (scalars[Scalar.net_received] as number);
    scalars[Scalar.sent_share] = all > 0 ? sent / all : 0;
  }

  /** What it amounts to; the sum may still be absorbed, but not be added to. */
  window(seconds: WindowSeconds, agentEpoch: bigint): FeatureWindow {
    const at = (sequence: number) => (sequence === 0 ? undefined : { agentEpoch, sequence: BigInt(sequence) });
    return {
      seconds,
      from: this.index * seconds * 1000,
      to: (this.index + 1) * seconds * 1000,
      scalars: this.scalars,
      syscalls: this.syscalls.taken(),
      bigrams: this.bigrams.taken(),
      tokens: this.tokens.toMap(),
      flags: this.flags,
      first: at(this.first),
      last: at(this.last),
    };
  }
}

function placesOf(roll: 'sum' | 'max'): readonly number[] {
  return SCALARS.flatMap((scalar, at) => (scalar.roll === roll ? [at] : []));
}

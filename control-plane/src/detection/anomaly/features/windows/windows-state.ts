import type { Container } from '../../../../types.ts';
import { ByteReader } from '../../bytes/byte-reader.ts';
import { ByteWriter } from '../../bytes/byte-writer.ts';
import { readScalars, readTable, readTokens, writeScalars, writeTable, writeTokens } from '../codec/table-codec.ts';
import type { WindowStats } from '../container-windows.ts';
import { SKETCH_WORDS } from '../counts/sketches.ts';
import { FeatureError, malformed } from '../feature-error.ts';
import type { WindowSeconds } from '../feature-window.ts';
import type { ContainerTrack } from './container-track.ts';
import { NodeWindows } from './node-windows.ts';
import { WindowSum } from './window-sum.ts';

const MAGIC = 0xf8;
const VERSION = 1;

type FindContainer = (node: string, slot: number, generation: number) => Container | undefined;

/** All open windows as bytes, for a checkpoint. */
export function writeState(nodes: readonly NodeWindows[]): Uint8Array {
  const writer = new ByteWriter();
  writer.byte(MAGIC);
  writer.byte(VERSION);
  writer.whole(nodes.length);
  for (const node of nodes) writeNode(writer, node);
  return writer.done();
}

/**
 * Undoes `writeState`. Of containers that are not there any more nothing is taken over.
 * @throws FeatureError when the bytes are not what it made
 */
export function readState(bytes: Uint8Array, stats: WindowStats, find: FindContainer): NodeWindows[] {
  const reader = new ByteReader(bytes, malformed);
  if (reader.byte() !== MAGIC) throw malformed('they do not begin as open windows do');
  const version = reader.byte();
  if (version !== VERSION) {
    const text = `the saved windows have version ${version}, this control plane reads ${VERSION}: they begin anew`;
    throw new FeatureError('FEATURES_VERSION', text);
  }
  const nodes = Array.from({ length: reader.count() }, () => readNode(reader, stats, find));
  reader.end();
  return nodes;
}

function writeNode(writer: ByteWriter, node: NodeWindows): void {
  writer.text(node.node);
  writer.text(node.bootId);
  writer.big(node.epoch);
  writer.number(node.closedTo);
  writer.number(node.lost);
  writer.number(node.watermark);
  writer.whole(node.cgroups.size);
  for (const cgroup of node.cgroups) writer.number(cgroup);
  writer.whole(node.tracks.size);
  for (const track of node.tracks.values()) writeTrack(writer, track);
}

function readNode(reader: ByteReader, stats: WindowStats, find: FindContainer): NodeWindows {
  const node = new NodeWindows(reader.text(), stats);
  node.bootId = reader.text();
  node.epoch = reader.big();
  node.closedTo = reader.number();
  node.lost = reader.number();
  node.watermark = reader.number();
  for (let left = reader.count(); left > 0; left--) node.cgroups.add(reader.number());
  for (let left = reader.count(4); left > 0; left--) readTrack(reader, node, find);
  return node;
}

function writeTrack(writer: ByteWriter, track: ContainerTrack): void {
  const { container } = track;
  writer.whole(container.slot);
  writer.whole(container.generation);
  writer.number(track.stopped);
  writer.whole(track.names.size);
  for (const [address, name] of track.names) {
    writer.text(address);
    writer.text(name);
  }
  writer.whole(track.seconds.length);
  for (const sum of [...track.seconds, track.ten, track.sixty]) writeSum(writer, sum);
}

function readTrack(reader: ByteReader, node: NodeWindows, find: FindContainer): void {
  const slot = reader.whole();
  const generation = reader.whole();
  const stopped = reader.number();
  const names = Array.from({ length: reader.count(2) }, () => [reader.text(), reader.text()] as const);
  const seconds = Array.from({ length: reader.count() }, () => readSum(reader, 1));
  const ten = readSum(reader, 10);
  const sixty = readSum(reader, 60);
  const container = find(node.node, slot, generation);
  if (!container) return;
  const track = stopped >= 0 ? node.keep(container) : node.open(container);
  track.stopped = stopped;
  for (const [address, name] of names) track.names.set(address, name);
  track.seconds = seconds.filter((sum) => sum !== undefined);
  track.ten = ten;
  track.sixty = sixty;
}

function writeSum(writer: ByteWriter, sum: WindowSum | undefined): void {
  if (!sum) {
    writer.number(-1);
    return;
  }
  writer.number(sum.index);
  for (const value of [sum.flags, sum.records, sum.acts, sum.first, sum.last]) writer.whole(value);
  writeScalars(writer, sum.scalars);
  writer.whole(SKETCH_WORDS);
  for (const word of sum.sketches) writer.whole(word);
  writeTable(writer, sum.syscalls);
  writeTable(writer, sum.bigrams);
  writeTokens(writer, sum.tokens, sum.tokens.size);
}

function readSum(reader: ByteReader, seconds: WindowSeconds): WindowSum | undefined {
  const index = reader.number();
  if (index === -1) return undefined;
  const sum = new WindowSum(index, seconds);
  sum.flags = reader.whole();
  sum.records = reader.whole();
  sum.acts = reader.whole();
  sum.first = reader.whole();
  sum.last = reader.whole();
  readScalars(reader, sum.scalars);
  if (reader.count() !== SKETCH_WORDS) throw malformed('a set has another size');
  for (let i = 0; i < SKETCH_WORDS; i++) sum.sketches[i] = reader.whole();
  sum.syscalls.add(readTable(reader));
  sum.bigrams.add(readTable(reader));
  const tokens = new Map<string, number>();
  readTokens(reader, tokens);
  for (const [token, count] of tokens) sum.tokens.add(token, count);
  return sum;
}

import type { EventPosition } from '../../../types.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { readScalars, readTable, readTokens, writeScalars, writeTable, writeTokens } from './codec/table-codec.ts';
import { FeatureError, malformed } from './feature-error.ts';
import type { CountTable, FeatureWindow, WindowSeconds } from './feature-window.ts';
import { SCALARS } from './scalars.ts';
import { callToken } from './windows/count-calls.ts';

const MAGIC = 0xf7;
const VERSION = 1;
const LENGTHS: readonly WindowSeconds[] = [1, 10, 60];
/** Tokens of system calls are those of the table and are not written. */
const HAS_CALL_TOKENS = 1;
const HAS_EVENTS = 2;

/** A window as bytes, some hundred to a few thousand; many of them have much in common and pack well together. */
export function encodeWindow(window: FeatureWindow): Uint8Array {
  const writer = new ByteWriter();
  const areTableTokens = haveTableTokens(window);
  const { first, last } = window;
  const hasEvents = first !== undefined && last !== undefined;
  writer.byte(MAGIC);
  writer.byte(VERSION);
  writer.byte(window.seconds);
  writer.byte((areTableTokens ? HAS_CALL_TOKENS : 0) | (hasEvents ? HAS_EVENTS : 0));
  writer.whole(window.flags);
  writer.number(window.from);
  if (hasEvents) {
    writer.big(first.agentEpoch);
    writer.big(first.sequence);
    writer.big(last.agentEpoch);
    writer.big(last.sequence);
  }
  writeScalars(writer, window.scalars);
  writeTable(writer, window.syscalls);
  writeTable(writer, window.bigrams);
  const tokens = areTableTokens ? [...window.tokens].filter(([token]) => !isCallToken(token)) : [...window.tokens];
  writeTokens(writer, tokens, tokens.length);
  return writer.done();
}

/** @throws FeatureError when the bytes are not what `encodeWindow` made */
export function decodeWindow(bytes: Uint8Array): FeatureWindow {
  const reader = new ByteReader(bytes, malformed);
  if (reader.byte() !== MAGIC) throw malformed('they do not begin as a window');
  const version = reader.byte();
  if (version !== VERSION) throw newer(version);
  const seconds = LENGTHS.find((length) => length === bytes[2]);
  if (reader.byte() === 0 || !seconds) throw malformed('no window is so long');
  const has = reader.byte();
  const flags = reader.whole();
  const from = reader.number();
  const [first, last] =
    (has & HAS_EVENTS) !== 0 ? [readPosition(reader), readPosition(reader)] : [undefined, undefined];
  const scalars = new Float64Array(SCALARS.length);
  readScalars(reader, scalars);
  const syscalls = readTable(reader);
  const bigrams = readTable(reader);
  const tokens = new Map<string, number>();
  readTokens(reader, tokens);
  if ((has & HAS_CALL_TOKENS) !== 0) addCallTokens(tokens, syscalls);
  reader.end();
  return { seconds, from, to: from + seconds * 1000, scalars, syscalls, bigrams, tokens, flags, first, last };
}

const isCallToken = (token: string): boolean => token.startsWith('s:');

/** Whether the tokens of system calls say what the table says. */
function haveTableTokens({ tokens, syscalls }: FeatureWindow): boolean {
  let count = 0;
  for (const token of tokens.keys()) if (isCallToken(token)) count++;
  if (count !== syscalls.size) return false;
  for (let i = 0; i < syscalls.size; i++)
    if (tokens.get(callToken(syscalls.keys[i] as number)) !== syscalls.counts[i]) return false;
  return true;
}

function addCallTokens(tokens: Map<string, number>, { size, keys, counts }: CountTable): void {
  for (let i = 0; i < size; i++) tokens.set(callToken(keys[i] as number), counts[i] as number);
}

const readPosition = (reader: ByteReader): EventPosition => ({ agentEpoch: reader.big(), sequence: reader.big() });

const newer = (version: number): FeatureError =>
  new FeatureError(
    'FEATURES_VERSION',
    `the saved window has version ${version}, this control plane reads ${VERSION}: windows are collected anew`,
  );

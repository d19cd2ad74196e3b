/** What a detector may ask of the host: sdk/wit/detector.wit. Each group of calls needs its capability in the manifest. */

import { takeBytes, takeText } from './canonical';
import { wellFormed } from './text';

// @ts-ignore: decorator
@external("picket:detector/host@0.1.0", "log")
declare function hostLog(level: i32, text: usize, units: i32): void;
// @ts-ignore: decorator
@external("picket:detector/host@0.1.0", "now")
declare function hostNow(): u64;
// @ts-ignore: decorator
@external("picket:detector/host@0.1.0", "stateget")
declare function hostStateGet(key: usize, units: i32, result: usize): void;
// @ts-ignore: decorator
@external("picket:detector/host@0.1.0", "stateput")
declare function hostStatePut(key: usize, units: i32, value: usize, length: i32): i32;
// @ts-ignore: decorator
@external("picket:detector/host@0.1.0", "process")
declare function hostProcess(tgid: u32, start: u64, result: usize): void;
// @ts-ignore: decorator
@external("picket:detector/host@0.1.0", "container")
declare function hostContainer(slot: u32, result: usize): void;
// @ts-ignore: decorator
@external("picket:detector/host@0.1.0", "propose")
declare function hostPropose(action: usize, a: i32, target: usize, t: i32, reason: usize, r: i32): void;

export const enum LogLevel {
  Debug,
  Info,
  Warning,
  Error,
}

/** Largest answer: `process-info` behind its case. */
const ANSWER = memory.data(72, 8);

/** Writes a line to the log of the detector. The host takes a limited number of lines a call. */
export function log(message: string, level: LogLevel = LogLevel.Info): void {
  const text = wellFormed(message);
  hostLog(level, changetype<usize>(text), text.length);
}

/** Watermark of the batch: CLOCK_BOOTTIME of its node in ns. The same when the batch is run again. */
export function now(): u64 {
  return hostNow();
}

/** What was kept under a key; null when there is nothing. Capability `state`. */
export function stateGet(key: string): Uint8Array | null {
  const name = wellFormed(key);
  hostStateGet(changetype<usize>(name), name.length, ANSWER);
  return load<u8>(ANSWER) == 0 ? null : takeBytes(load<usize>(ANSWER, 4), load<i32>(ANSWER, 8));
}

/** Keeps bytes under a key beyond the life of this instance; false when the store is full. Capability `state`. */
export function statePut(key: string, value: Uint8Array): bool {
  const name = wellFormed(key);
  return hostStatePut(changetype<usize>(name), name.length, value.dataStart, value.length) != 0;
}

/** A process as the process tree knows it. */
export class ProcessInfo {
  tgid: u32 = 0;
  start: u64 = 0;
  /** Parent; both 0 when it is not known. */
  parentTgid: u32 = 0;
  parentStart: u64 = 0;
  uid: u32 = 0;
  /** Slot of the container; 0 for none. */
  slot: u16 = 0;
  name: string = '';
  exepath: string = '';
  cmdline: string = '';
}

/** Looks a process up by id and start time; null when it is not known. Capability `context`. */
export function processOf(tgid: u32, start: u64): ProcessInfo | null {
  hostProcess(tgid, start, ANSWER);
  if (load<u8>(ANSWER) == 0) return null;
  const info = new ProcessInfo();
  info.tgid = load<u32>(ANSWER, 8);
  info.start = load<u64>(ANSWER, 16);
  info.parentTgid = load<u32>(ANSWER, 24);
  info.parentStart = load<u64>(ANSWER, 32);
  info.uid = load<u32>(ANSWER, 40);
  info.slot = load<u16>(ANSWER, 44);
  info.name = textAt(48);
  info.exepath = textAt(56);
  info.cmdline = textAt(64);
  return info;
}

/** A container as its node told it. */
export class ContainerInfo {
  id: string = '';
  name: string = '';
  image: string = '';
  /** Kubernetes namespace and pod; empty outside of Kubernetes. */
  namespace: string = '';
  pod: string = '';
}

/** Looks up the container of a slot on the node of the batch; null when it is not known. Capability `context`. */
export function containerOf(slot: u16): ContainerInfo | null {
  hostContainer(slot, ANSWER);
  if (load<u8>(ANSWER) == 0) return null;
  const info = new ContainerInfo();
  info.id = textAt(4);
  info.name = textAt(12);
  info.image = textAt(20);
  info.namespace = textAt(28);
  info.pod = textAt(36);
  return info;
}

/** Asks for a response. Policy and people decide on it. Capability `respond`. */
export function propose(action: string, target: string, reason: string): void {
  const a = wellFormed(action);
  const t = wellFormed(target);
  const r = wellFormed(reason);
  hostPropose(changetype<usize>(a), a.length, changetype<usize>(t), t.length, changetype<usize>(r), r.length);
}

function textAt(offset: usize): string {
  return takeText(load<usize>(ANSWER + offset), load<i32>(ANSWER + offset, 4));
}

import { DetectorFault } from './detector-fault.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { GuestContainer, GuestProcess, HostFunctions } from './host-functions.ts';
import type { CallCounts, InstanceLimits } from './instance-limits.ts';

/** What the host functions work with. All of it changes with the call at hand. */
export interface HostCall {
  readonly host: HostFunctions;
  readonly limits: InstanceLimits;
  /** Undefined until the module is instantiated: a start function that calls the host has no memory to point at. */
  memory: GuestMemory | undefined;
  counts: CallCounts;
  /** Records in the batch; 0 outside of onbatch. */
  records: number;
  /** False while the guest finds room for the host: then it may not call. */
  mayCall: boolean;
  /** Takes fuel for the work of the host. */
  charge(amount: number): void;
}

/** Work of the host in the currency of the guest, an instruction each; and one for each unit of text. */
const COST = { emit: 2000, log: 1000, dropped: 50, state: 1000, look: 1000, propose: 2000 } as const;
const NO_EVENT = 0xffffffff;
const PAIR_BYTES = 16;

/** The functions to link a module with, in the form that the canonical ABI gives sdk/wit/detector.wit. */
export function hostImports(call: HostCall): Record<string, WebAssembly.ImportValue> {
  const { host } = call;
  return {
    emit: (...values: Emit) => emit(call, values),
    log: (level: number, at: number, units: number) => log(call, level, at, units),
    now: () => {
      enter(call);
      return BigInt.asIntN(64, host.now());
    },
    ...(host.stateget && { stateget: (at: number, units: number, to: number) => stateGet(call, at, units, to) }),
    ...(host.stateput && {
      stateput: (at: number, units: number, value: number, length: number) => statePut(call, at, units, value, length),
    }),
    ...(host.process && {
      process: (tgid: number, start: bigint, to: number) => lookUpProcess(call, tgid, start, to),
    }),
    ...(host.container && { container: (slot: number, to: number) => lookUpContainer(call, slot, to) }),
    ...(host.propose && { propose: (...values: Propose) => propose(call, values) }),
  };
}

type Emit = [
  ...title: Text,
  severity: number,
  ...message: Text,
  event: number,
  slot: number,
  ...group: Text,
  ...fields: Text,
];
type Propose = [...action: Text, ...target: Text, ...reason: Text];
type Text = [at: number, units: number];

function enter(call: HostCall): GuestMemory {
  if (!call.memory) throw new DetectorFault('DETECTOR_ABI', 'the module calls the host before it is ready');
  if (!call.mayCall)
    throw new DetectorFault('DETECTOR_ABI', 'cabi_realloc and cabi_post functions may not call the host');
  return call.memory;
}

function text(call: HostCall, memory: GuestMemory, at: number, units: number, what: string): string {
  const limit = call.limits.textUnits;
  if (units >>> 0 > limit) call.counts.cut++;
  call.charge(Math.min(units >>> 0, limit));
  return memory.text(at, units, limit, what);
}

function emit(call: HostCall, values: Emit): void {
  const memory = enter(call);
  const [title, titleUnits, severity, message, messageUnits, event, slot, group, groupUnits, fields, count] = values;
  if (call.counts.findings >= call.limits.findings) {
    call.counts.droppedFindings++;
    call.charge(COST.dropped);
    return;
  }
  call.charge(COST.emit);
  if (severity >>> 0 > 7)
    throw new DetectorFault('DETECTOR_FINDING', `a finding has severity ${severity >>> 0}: 0 to 7 are known`);
  const cause = event >>> 0;
  if (cause !== NO_EVENT && cause >= call.records)
    throw new DetectorFault('DETECTOR_FINDING', `a finding names record ${cause} of a batch with ${call.records}`);
  const finding = {
    title: text(call, memory, title, titleUnits, 'the title of a finding'),
    severity,
    message: text(call, memory, message, messageUnits, 'the message of a finding'),
    event: cause === NO_EVENT ? undefined : cause,
    slot: slot & 0xffff,
    groupKey: text(call, memory, group, groupUnits, 'the group key of a finding'),
    fields: pairs(call, memory, fields, count),
  };
  call.counts.findings++;
  call.host.emit(finding);
}

function pairs(call: HostCall, memory: GuestMemory, address: number, length: number): [string, string][] {
  const count = length >>> 0;
  const at = memory.check(address, count * PAIR_BYTES, 4, 'the fields of a finding');
  const taken = Math.min(count, call.limits.fields);
  if (taken < count) call.counts.cut++;
  return Array.from({ length: taken }, (_, i) => {
    const pair = at + i * PAIR_BYTES;
    const name = text(call, memory, memory.u32(pair), memory.u32(pair + 4), 'the name of a field');
    return [name, text(call, memory, memory.u32(pair + 8), memory.u32(pair + 12), 'the value of a field')];
  });
}

function log(call: HostCall, level: number, at: number, units: number): void {
  const memory = enter(call);
  if (call.counts.logs >= call.limits.logs) {
    call.counts.droppedLogs++;
    call.charge(COST.dropped);
    return;
  }
  call.charge(COST.log);
  const message = text(call, memory, at, units, 'a log line');
  call.counts.logs++;
  call.host.log(Math.min(level >>> 0, 3), message);
}

/** The key, or undefined when it is longer than a key may be. */
function stateKey(call: HostCall, memory: GuestMemory, at: number, units: number): string | undefined {
  call.charge(COST.state);
  const key = memory.text(at, units, call.limits.stateKeyUnits, 'a key of the state');
  if (units >>> 0 <= call.limits.stateKeyUnits) return key;
  call.counts.refusedState++;
  return undefined;
}

function stateGet(call: HostCall, at: number, units: number, to: number): void {
  const memory = enter(call);
  const result = memory.check(to, 12, 4, 'the answer of stateget');
  const key = stateKey(call, memory, at, units);
  const value = key === undefined ? undefined : call.host.stateget?.(key);
  if (value) {
    call.charge(value.length >> 3);
    const [bytes, length] = memory.put(value, 'a value of the state');
    memory.setU32(result + 4, bytes);
    memory.setU32(result + 8, length);
  }
  memory.setU8(result, value ? 1 : 0);
}

function statePut(call: HostCall, at: number, units: number, value: number, length: number): number {
  const memory = enter(call);
  const key = stateKey(call, memory, at, units);
  memory.check(value, length >>> 0, 1, 'a value of the state');
  if (key === undefined) return 0;
  if (length >>> 0 <= call.limits.stateValueBytes) {
    call.charge((length >>> 0) >> 3);
    if (call.host.stateput?.(key, memory.take(value, length, 'a value of the state'))) return 1;
  }
  call.counts.refusedState++;
  return 0;
}

function lookUpProcess(call: HostCall, tgid: number, start: bigint, to: number): void {
  const memory = enter(call);
  const result = memory.check(to, 72, 8, 'the answer of process');
  call.charge(COST.look);
  const found = call.host.process?.(tgid >>> 0, BigInt.asUintN(64, start));
  if (found) putProcess(memory, result + 8, found);
  memory.setU8(result, found ? 1 : 0);
}

function putProcess(memory: GuestMemory, at: number, found: GuestProcess): void {
  putTexts(memory, at + 40, [found.name, found.exepath, found.cmdline]);
  memory.setU32(at, found.tgid);
  memory.setU64(at + 8, found.start);
  memory.setU32(at + 16, found.parentTgid);
  memory.setU64(at + 24, found.parentStart);
  memory.setU32(at + 32, found.uid);
  memory.setU16(at + 36, found.slot);
}

function lookUpContainer(call: HostCall, slot: number, to: number): void {
  const memory = enter(call);
  const result = memory.check(to, 44, 4, 'the answer of container');
  call.charge(COST.look);
  const found: GuestContainer | undefined = call.host.container?.(slot & 0xffff);
  if (found) putTexts(memory, result + 4, [found.id, found.name, found.image, found.namespace, found.pod]);
  memory.setU8(result, found ? 1 : 0);
}

function putTexts(memory: GuestMemory, at: number, texts: readonly string[]): void {
  texts.forEach((value, i) => {
    const [address, units] = memory.putText(value, 'an answer of the host');
    memory.setU32(at + 8 * i, address);
    memory.setU32(at + 8 * i + 4, units);
  });
}

function propose(call: HostCall, values: Propose): void {
  const memory = enter(call);
  if (call.counts.proposals >= call.limits.proposals) {
    call.counts.droppedProposals++;
    call.charge(COST.dropped);
    return;
  }
  call.charge(COST.propose);
  const [action, actionUnits, target, targetUnits, reason, reasonUnits] = values;
  const said = [
    text(call, memory, action, actionUnits, 'the action of a proposal'),
    text(call, memory, target, targetUnits, 'the target of a proposal'),
    text(call, memory, reason, reasonUnits, 'the reason of a proposal'),
  ] as const;
  call.counts.proposals++;
  call.host.propose?.(...said);
}

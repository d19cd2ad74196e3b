/** The door of the library that detectors are written with. */
export { Batch, batch, NO_EVENT, view } from './batch';
export { fail } from './calls';
export { Config } from './config';
export { DistinctWindow } from './distinct-window';
export * from './events.gen';
export { Finding, Severity } from './finding';
export {
  ContainerInfo, containerOf, log, LogLevel, now, ProcessInfo, processOf, propose, stateGet, statePut,
} from './host';
export { formatIp, ipKey, isIpv4 } from './ip';
export { KeyedTable } from './keyed-table';
export { containerKey, PerContainer, PerProcess, processKey } from './state';
export { decodeText, startsWith, textField, textLength, textStart } from './text';

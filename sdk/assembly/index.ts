/** The door of the library that detectors are written with. */
export { Batch, batch, NO_EVENT, view } from './batch';
export { containsLower, endsWith, hashBytes, hashLower, lastIndexOf, lower, lowerText, textIs } from './bytes';
export { fail } from './calls';
export { Config } from './config';
export { DistinctWindow } from './distinct-window';
export { entropyOf } from './entropy';
export * from './events.gen';
export { Finding, Severity } from './finding';
export {
  ContainerInfo, containerOf, log, LogLevel, now, ProcessInfo, processOf, propose, stateGet, statePut,
} from './host';
export { formatIp, ipKey, isIpv4 } from './ip';
export { IpRanges } from './ip-ranges';
export { KeyedTable } from './keyed-table';
export { medianOf } from './median';
export { parseIp } from './parse-ip';
export { containerKey, PerContainer, PerProcess, processKey } from './state';
export { decodeText, startsWith, textField, textLength, textStart } from './text';

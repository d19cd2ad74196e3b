import { Header, HeaderFlag, NetDns } from '@picket/sdk';
import type { DnsMessage } from './dns-message.ts';

/** The probe writes this into id, type, rcode and answer of a record whose `addresses` are the message as it was sent. */
const RAW = 0xffff;

/**
 * Replaces the raw message in a `net.dns` record by what it says, in place. Addresses that the record has no room for
 * are left out (flag `args_truncated`, which the probe sets too when it could not take the whole message).
 * @param bytes holds the record at `at`, as a whole
 * @returns false when the message can not be read: the record then has no name and the response code 65535
 */
export function decodeDns(bytes: Buffer, at: number, message: DnsMessage): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.byteLength - at);
  const length = view.getUint16(Header.length, true);
  if (length < NetDns.size || length > view.byteLength || !isRaw(view)) return true;
  const record = bytes.subarray(at, at + length);
  const begin = view.getUint16(NetDns.addresses, true);
  const end = begin + view.getUint16(NetDns.addresses + 2, true);
  const whole = begin >= NetDns.size && end <= length;
  const readable = whole && message.read(record, begin, end);
  setNumbers(view, readable ? message : undefined);
  const complete = setStrings(record, view, readable ? message : undefined);
  const flags = view.getUint16(Header.flags, true);
  if (!complete) view.setUint16(Header.flags, flags | HeaderFlag.argsTruncated, true);
  return readable;
}

const isRaw = (view: DataView) =>
  [NetDns.id, NetDns.type, NetDns.rcode, NetDns.answer].every((field) => view.getUint16(field, true) === RAW);

function setNumbers(view: DataView, message: DnsMessage | undefined): void {
  view.setUint16(NetDns.id, message?.id ?? 0, true);
  view.setUint16(NetDns.type, message?.type ?? 0, true);
  view.setUint16(NetDns.rcode, message?.rcode ?? RAW, true);
  view.setUint16(NetDns.answer, message?.answer ? 1 : 0, true);
}

/** False when not all addresses found room. */
function setStrings(record: Buffer, view: DataView, message: DnsMessage | undefined): boolean {
  const nameLength = Math.min(message?.nameLength ?? 0, record.length - NetDns.size);
  if (message) record.set(message.name.subarray(0, nameLength), NetDns.size);
  const begin = NetDns.size + nameLength;
  let end = begin;
  let complete = true;
  for (const address of message?.addresses ?? []) {
    const separator = end > begin ? 1 : 0;
    complete = end + separator + address.length <= record.length;
    if (!complete) break;
    if (separator) record[end++] = 0;
    end += record.write(address, end, 'latin1');
  }
  view.setUint16(NetDns.name, NetDns.size, true);
  view.setUint16(NetDns.name + 2, nameLength, true);
  view.setUint16(NetDns.addresses, begin, true);
  view.setUint16(NetDns.addresses + 2, end - begin, true);
  record.fill(0, end);
  return complete;
}

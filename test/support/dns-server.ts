/**
 * A DNS server for stories: `dns-server.ts NAME ADDRESS` answers every question on 127.0.0.1:53 with one IPv4 address for
 * that name, and refuses others. Says "up" when it listens.
 */
import { createSocket } from 'node:dgram';

const HEADER = 12;
const NAME_ERROR = 3;
const [, , name = '', address = ''] = process.argv;

/** Bytes of the question behind the header: labels, type and class. */
function questionOf(message: Buffer): { readonly bytes: Buffer; readonly name: string } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { bytes: message.subarray(HEADER, at + 5), name: labels.join('.') };
}

/** See RFC 1035, 4.1; the answer names the question by a pointer to it. */
function answerTo(message: Buffer): Buffer {
  const question = questionOf(message);
  const known = question.name.toLowerCase() === name;
  const header = Buffer.alloc(HEADER);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (known ? 0 : NAME_ERROR), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(known ? 1 : 0, 6);
  const record = Buffer.from([0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([header, question.bytes, known ? record : Buffer.alloc(0)]);
}

const socket = createSocket('udp4');
socket.on('message', (message, from) => socket.send(answerTo(message), from.port, from.address));
socket.bind(53, '127.0.0.1', () => process.stdout.write('up\n'));

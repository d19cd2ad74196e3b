// One way in which a process or worker with a reader ends, named by the first argument or by the worker's data. Prints
// what happened.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { EventReader, openObject } from '../src/index.ts';
import { compileProgram } from './compile.ts';

const scenario = isMainThread ? process.argv[2] : workerData;
const object = openObject(compileProgram('rings'), { name: 'rings' });
object.load();

const reader = new EventReader({ rare: object.map('rare'), bulk: object.map('bulk'), onReady, backstopMs: 5 });
/** One record of 64 bytes in the rare ring, waking as the kernel sees fit. */
const order = new Uint8Array(40).fill(1, 4, 5).fill(64, 8, 9).fill(64, 14, 15);

function say(what: string): void {
  if (parentPort !== null) parentPort.postMessage(what);
  else console.log(what);
}

function onReady(): void {
  if (scenario === 'throw') throw new Error('thrown by onReady');
  reader.drain(new Uint8Array(1024), new Uint32Array(128));
  say('ready');
  if (scenario === 'exit') process.exit(0);
  if (scenario === 'close') reader.close();
}

process.on('exit', () => say('exit'));
process.on('uncaughtException', (error) => {
  say(`uncaught: ${error.message}`);
  reader.close();
});
if (scenario === 'unref') reader.unref();
else object.testRun('emit', order);

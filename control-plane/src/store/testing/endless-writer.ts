import { openStore } from '../open-store.ts';
import { sampleAlert } from './alerts.ts';

/** Writes alerts into the SQLite file of its argument without end, and prints the number of each that is acknowledged. */
const store = await openStore({ path: String(process.argv[2]), onConnectionError: () => undefined });
for (let n = 0; ; n++) {
  await store.alerts.upsert([sampleAlert(n)]);
  await store.audit.append({ time: n, actor: 'system', action: 'test', target: null, detail: {} });
  process.stdout.write(`${n}\n`);
}

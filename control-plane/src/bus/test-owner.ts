import { jetstream } from '@nats-io/jetstream';
import { BusConnection } from './connect.ts';
import { LeaseTable } from './lease.ts';
import { ensureStateBucket } from './streams.ts';
import { BUS_DEFAULTS } from './types.ts';

// A process that takes one lease and holds it until it is killed. Arguments: url, seed file, key, ttl in ms.

const [url = '', seedFile = '', key = '', ttlMs = ''] = process.argv.slice(2);
const connection = await BusConnection.open({ url, seedFile, name: 'owner', connectMs: 5000 });
const kv = await ensureStateBucket(jetstream(connection.nats), BUS_DEFAULTS);
const lease = await new LeaseTable(kv, `child-${process.pid}`, Number(ttlMs)).tryAcquire(key);
process.stdout.write(lease ? `held ${lease.epoch}\n` : 'refused\n');

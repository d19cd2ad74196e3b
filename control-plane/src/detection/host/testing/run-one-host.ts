import { startDetectorHost } from '../pool/start-detector-host.ts';
import { batchOfCount, hostedGuest } from './hosted-guest.ts';

// For a test that runs it as another user, or with fewer rights: starts a host, runs a detector in it, says how it went.
const host = await startDetectorHost({ owner: 'tests', log: { info: () => {}, warn: () => {} } });
await host.open(await hostedGuest('a'));
const { findings } = await host.batch('a', batchOfCount(1));
const { confinement, missing } = host.status;
await host.stop();
console.log(JSON.stringify({ findings: findings.length, confinement, missing: missing.map(({ name }) => name) }));

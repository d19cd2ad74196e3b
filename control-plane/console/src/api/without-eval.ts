import { config } from 'zod';

// Compiled schemas need `new Function`, which the content security policy of the console forbids. A schema looks at
// this when it is made: the page imports this file before everything else.
config({ jitless: true });

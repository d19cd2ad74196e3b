import { PicketClient } from '@picket/sdk/client';

/** The API of the server that sent this page. The session cookie says who asks. */
export const client = new PicketClient({ baseUrl: '' });

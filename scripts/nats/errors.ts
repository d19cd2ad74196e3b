import { PicketError } from '@picket/sdk';

export type NatsServerErrorCode =
  | 'NATS_MISSING'
  | 'NATS_EXITED'
  | 'NATS_NOT_READY'
  | 'NATS_ORPHAN'
  | 'NATS_SEED_INVALID'
  | 'NATS_CONFIG_INVALID';

/** What can go wrong while the NATS server of this machine is set up or started, and what to do. */
export class NatsServerError extends PicketError {
  declare readonly code: NatsServerErrorCode;
  constructor(code: NatsServerErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'NatsServerError';
  }
}

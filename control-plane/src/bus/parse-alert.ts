import { Alert, messageOf } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';

/** The alert in a message, or the ALERT_MALFORMED error that says what is wrong with it. */
export function parseAlert(bytes: Uint8Array): Alert | ControlPlaneError {
  try {
    return Alert.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    return new ControlPlaneError('ALERT_MALFORMED', `a message of the alert stream is no alert: ${messageOf(cause)}`, {
      cause,
    });
  }
}

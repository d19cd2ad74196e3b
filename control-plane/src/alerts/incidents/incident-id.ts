import { uuid5 } from '../uuid5.ts';

/** Namespace of incident ids. Part of the contract: with another value a replay would make other ids. */
const INCIDENT_NAMESPACE = '0d3c1f5a-7b52-4a7e-8f0e-6c1f2b9a4e33';

/** The id of the incident that an alert begins. */
export const incidentId = (alertUuid: string): string => uuid5(INCIDENT_NAMESPACE, alertUuid);

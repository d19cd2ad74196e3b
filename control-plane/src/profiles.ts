/** The door to profiles without a server: read, written and signed by the command. */
export { ProfileError } from './detection/anomaly/profiles/profile-error.ts';
export { profileId } from './detection/anomaly/profiles/profile-head.ts';
export { toYaml } from './detection/anomaly/profiles/profile-yaml.ts';
export { fromYaml, MOST_PROFILE_TEXT } from './detection/anomaly/profiles/profile-yaml-read.ts';
export { signProfile } from './detection/anomaly/profiles/sign-profile.ts';

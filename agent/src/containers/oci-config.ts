import { ContainerFlag } from '@picket/sdk';
import type { ContainerFacts } from './container-facts.ts';
import { isObject, type Json, listAt, objectAt, textAt } from './read-capped.ts';

const MOST_MOUNTS = 64;
const MOST_LABELS = 64;
/** Capabilities 0 to 37: all that engines older than Linux 5.8 know, the newer ones add three. */
const ALL_CAPABILITIES = 38;

/** Where the engines write a fact into the annotations of config.json; the first that is there wins. */
const ANNOTATIONS = {
  name: ['io.kubernetes.cri.container-name', 'io.kubernetes.container.name', 'io.kubernetes.cri-o.ContainerName'],
  image: ['io.kubernetes.cri.image-name', 'io.kubernetes.cri-o.ImageName', 'org.opencontainers.image.ref.name'],
  imageDigest: ['io.kubernetes.cri-o.ImageRef'],
  podName: ['io.kubernetes.cri.sandbox-name', 'io.kubernetes.pod.name'],
  podNamespace: ['io.kubernetes.cri.sandbox-namespace', 'io.kubernetes.pod.namespace'],
  podUid: ['io.kubernetes.cri.sandbox-uid', 'io.kubernetes.pod.uid'],
  ip: ['io.kubernetes.cri-o.IP.0'],
  cni: ['io.kubernetes.cri-o.CNIResult'],
} as const;

/** Reads `config.json` of a bundle (OCI runtime specification 1.0). Whatever is missing or odd stays unknown. */
export function factsOfConfig(json: Json): Partial<ContainerFacts> {
  const annotations = objectAt(json, 'annotations');
  const facts = Object.entries(ANNOTATIONS).flatMap(([fact, names]) => {
    const name = names.find((each) => textAt(annotations, each) !== '');
    return name === undefined ? [] : [[fact, textAt(annotations, name)] as const];
  });
  return {
    ...Object.fromEntries(facts),
    ...engineOf(annotations),
    labels: labelsOf(annotations),
    mounts: mountsOf(json),
    flags: flagsOf(json, annotations),
  };
}

function engineOf(annotations: Json): Partial<ContainerFacts> {
  const names = Object.keys(annotations);
  if (textAt(annotations, 'io.container.manager') === 'libpod') return { runtime: 'podman' };
  if (names.some((name) => name.startsWith('io.kubernetes.cri-o.'))) return { runtime: 'cri-o' };
  // the one that containerd always writes; others are also written by people, to give a bare container a name
  return names.includes('io.kubernetes.cri.container-type') ? { runtime: 'containerd' } : {};
}

/** CRI-O keeps the labels as JSON text in an annotation. */
function labelsOf(annotations: Json): string[] {
  const text = textAt(annotations, 'io.kubernetes.cri-o.Labels', 65_536);
  try {
    const labels: unknown = text === '' ? {} : JSON.parse(text);
    return isObject(labels) ? labelList(labels) : [];
  } catch {
    // Not JSON: an annotation is free text, and labels that can not be read are labels that are not known.
    return [];
  }
}

/** The first labels of an object as key=value. */
export function labelList(labels: Json): string[] {
  const texts = Object.entries(labels).filter(([, value]) => typeof value === 'string');
  return texts.slice(0, MOST_LABELS).map(([key, value]) => `${key}=${value}`.slice(0, 256));
}

function mountsOf(json: Json): string[] {
  const mounts = listAt(json, 'mounts').filter(isObject);
  return mounts.slice(0, MOST_MOUNTS).map((mount) => {
    const mode = listAt(mount, 'options').includes('ro') ? 'ro' : 'rw';
    return `${textAt(mount, 'source', 256)}:${textAt(mount, 'destination', 256)}:${mode}`;
  });
}

function flagsOf(json: Json, annotations: Json): number {
  const names = listAt(objectAt(json, 'linux'), 'namespaces').filter(isObject);
  const shares = (type: string) => !names.some((name) => textAt(name, 'type') === type);
  const kind =
    textAt(annotations, 'io.kubernetes.cri.container-type') || textAt(annotations, 'io.kubernetes.cri-o.ContainerType');
  return (
    (isPrivileged(json) ? ContainerFlag.privileged : 0) |
    (kind === 'sandbox' ? ContainerFlag.sandbox : 0) |
    (shares('network') ? ContainerFlag.hostNetwork : 0) |
    (shares('pid') ? ContainerFlag.hostPid : 0)
  );
}

/** No engine writes "privileged" down. What they all do for it: every capability, and nothing of /proc masked. */
function isPrivileged(json: Json): boolean {
  const capabilities = objectAt(objectAt(json, 'process'), 'capabilities');
  const bounding = new Set(listAt(capabilities, 'bounding'));
  return bounding.size >= ALL_CAPABILITIES && listAt(objectAt(json, 'linux'), 'maskedPaths').length === 0;
}

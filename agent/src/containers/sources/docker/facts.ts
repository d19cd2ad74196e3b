import { ContainerFlag } from '@picket/sdk';
import type { ContainerFacts } from '../../container-facts.ts';
import { healthcheckText } from '../../healthcheck.ts';
import { labelList } from '../../oci-config.ts';
import { timestampNs } from '../../oci-state.ts';
import { isObject, type Json, listAt, objectAt, textAt } from '../../read-capped.ts';

/** What an answer of an engine tells of one container. */
export interface EngineFacts {
  readonly id: string;
  /** `sha256:<hex>` of the configuration of the image; empty when the answer does not tell. */
  readonly imageId: string;
  /** Whether processes of it may live. */
  readonly alive: boolean;
  readonly facts: Partial<ContainerFacts>;
}

const MOST_MOUNTS = 64;
const CONTAINER_ID = /^[0-9a-f]{64}$/;
const IMAGE_ID = /^(?:sha256:)?([0-9a-f]{12,64})$/;
const DIGEST = /@(sha256:[0-9a-f]{64})$/;
const DEAD = new Set(['exited', 'dead', 'removing']);

/** Reads an entry of `/containers/json`; undefined when it is none. */
export function factsOfSummary(json: Json): EngineFacts | undefined {
  const id = textAt(json, 'Id');
  if (!CONTAINER_ID.test(id)) return undefined;
  const names = listAt(json, 'Names').filter((name) => typeof name === 'string');
  // A container that others link to has names below theirs, too.
  const name = names.find((each) => each.lastIndexOf('/') <= 0) ?? '';
  return {
    id,
    imageId: textAt(json, 'ImageID'),
    alive: !DEAD.has(textAt(json, 'State')),
    facts: known({
      name: plainName(name),
      image: textAt(json, 'Image'),
      labels: labelList(objectAt(json, 'Labels')),
      mounts: mountsOf(json),
      ip: addressOf(objectAt(json, 'NetworkSettings')),
    }),
  };
}

/**
 * Reads `/containers/<id>/json`; undefined when it is no such answer. The first process is left out: without the time
 * of its start a pid may be that of another one.
 */
export function factsOfInspect(json: Json): EngineFacts | undefined {
  const id = textAt(json, 'Id');
  if (!CONTAINER_ID.test(id)) return undefined;
  const config = objectAt(json, 'Config');
  const state = objectAt(json, 'State');
  return {
    id,
    imageId: textAt(json, 'Image'),
    alive: !DEAD.has(textAt(state, 'Status')),
    facts: {
      flags: flagsOf(objectAt(json, 'HostConfig')),
      ...known({
        name: plainName(textAt(json, 'Name')),
        image: textAt(config, 'Image'),
        labels: labelList(objectAt(config, 'Labels')),
        mounts: mountsOf(json),
        ip: addressOf(objectAt(json, 'NetworkSettings')),
        healthcheck: healthcheckText(listAt(objectAt(config, 'Healthcheck'), 'Test')),
        started: timestampNs(textAt(state, 'StartedAt')),
      }),
    },
  };
}

/**
 * The image as a person writes it and its digest, from `/images/<id>/json`.
 * @param reference what the container was made from; an id is replaced by the first tag of the image
 * @param imageId stands for the digest of an image that no registry knows
 */
export function factsOfImage(json: Json, reference: string, imageId: string): { image: string; imageDigest: string } {
  const tags = listAt(json, 'RepoTags').filter((tag) => typeof tag === 'string');
  const image = (isImageId(reference, imageId) && tags[0]?.slice(0, 1024)) || reference;
  const digests = listAt(json, 'RepoDigests').filter((entry) => typeof entry === 'string' && DIGEST.test(entry));
  const entry = digests.find((each) => String(each).startsWith(`${repositoryOf(image)}@`)) ?? digests[0];
  return { image, imageDigest: DIGEST.exec(image)?.[1] ?? DIGEST.exec(String(entry ?? ''))?.[1] ?? imageId };
}

/** What the kubelet writes into the labels of a container of Docker (cri-dockerd): without it the name is a long one. */
export function podOfLabels(labels: readonly string[]): Partial<ContainerFacts> {
  const label = (name: string) => labels.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  return known({
    name: label('io.kubernetes.container.name'),
    podName: label('io.kubernetes.pod.name'),
    podNamespace: label('io.kubernetes.pod.namespace'),
    podUid: label('io.kubernetes.pod.uid'),
  });
}

/** Whether a reference is the id of this image or the beginning of it. */
function isImageId(reference: string, imageId: string): boolean {
  const hex = IMAGE_ID.exec(reference)?.[1];
  return hex !== undefined && imageId.replace('sha256:', '').startsWith(hex);
}

/** The part before tag and digest; a colon before the last slash belongs to the port of the registry. */
function repositoryOf(reference: string): string {
  const [name = ''] = reference.split('@');
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

const plainName = (name: string) => name.replace(/^\//, '');

function mountsOf(json: Json): string[] {
  const mounts = listAt(json, 'Mounts').filter(isObject).slice(0, MOST_MOUNTS);
  return mounts.map((mount) => {
    const mode = mount.RW === false ? 'ro' : 'rw';
    return `${textAt(mount, 'Source', 256)}:${textAt(mount, 'Destination', 256)}:${mode}`;
  });
}

function addressOf(settings: Json): string {
  const networks = Object.values(objectAt(settings, 'Networks')).filter(isObject);
  const found = ['IPAddress', 'GlobalIPv6Address'].flatMap((key) =>
    networks.map((network) => textAt(network, key, 64)),
  );
  return found.find((ip) => ip !== '') ?? '';
}

function flagsOf(host: Json): number {
  return (
    (host.Privileged === true ? ContainerFlag.privileged : 0) |
    (host.NetworkMode === 'host' ? ContainerFlag.hostNetwork : 0) |
    (host.PidMode === 'host' ? ContainerFlag.hostPid : 0)
  );
}

/** Leaves out what the answer does not tell. A container that never started has a time in year 1. */
function known(facts: Partial<ContainerFacts>): Partial<ContainerFacts> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => tells(value)));
}

function tells(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'string' ? value !== '' : Number(value) > 0;
}

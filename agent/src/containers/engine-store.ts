import { dirname, join } from 'node:path';
import type { ContainerFacts } from './container-facts.ts';
import { healthcheckText } from './healthcheck.ts';
import { labelList } from './oci-config.ts';
import { timestampNs } from './oci-state.ts';
import {
  type CappedFile,
  isObject,
  type Json,
  listAt,
  objectAt,
  parseObject,
  readCapped,
  textAt,
} from './read-capped.ts';

const MOST_DOCKER = 1024 * 1024;
const MOST_PODMAN = 16 * 1024 * 1024;

/**
 * What Docker knows of a container, from `containers/<id>/config.v2.json` in its data folder: neither name nor image
 * are in the OCI bundle.
 * @returns undefined when this folder does not know the container
 * @throws AgentError METADATA_INVALID when the file can not be used
 */
export async function readDockerFacts(root: string, id: string): Promise<Partial<ContainerFacts> | undefined> {
  if (!/^[0-9a-f]{12,64}$/.test(id)) return undefined;
  const path = join(root, 'containers', id, 'config.v2.json');
  const file = await readCapped(path, MOST_DOCKER);
  return file && dockerFacts(parseObject(file.text, path));
}

/** Reads the object of `config.v2.json`. */
export function dockerFacts(json: Json): Partial<ContainerFacts> {
  const config = objectAt(json, 'Config');
  const networks = Object.values(objectAt(objectAt(json, 'NetworkSettings'), 'Networks')).filter(isObject);
  return {
    name: textAt(json, 'Name').replace(/^\//, ''),
    runtime: 'docker',
    image: textAt(config, 'Image'),
    imageDigest: textAt(json, 'Image'),
    labels: labelList(objectAt(config, 'Labels')),
    ip: networks.map((network) => textAt(network, 'IPAddress')).find((ip) => ip !== '') ?? '',
    healthcheck: healthcheckText(listAt(objectAt(config, 'Healthcheck'), 'Test')),
    started: timestampNs(textAt(objectAt(json, 'State'), 'StartedAt')),
  };
}

/**
 * What podman knows of a container, from `containers.json` of its storage, two folders above the bundle.
 * @param trusts judges the owner of the file
 * @returns undefined when the bundle is not one of podman or the storage does not know the container
 * @throws AgentError METADATA_INVALID when the file can not be used
 */
export async function readPodmanFacts(
  bundle: string,
  id: string,
  trusts: (file: CappedFile) => boolean,
): Promise<Partial<ContainerFacts> | undefined> {
  if (!/\/overlay-containers\/[0-9a-f]{64}\/userdata\/?$/.test(bundle)) return undefined;
  const path = join(dirname(dirname(bundle)), 'containers.json');
  const file = await readCapped(path, MOST_PODMAN);
  return file && trusts(file) ? podmanFacts(file.text, id) : undefined;
}

/** Finds a container in the text of `containers.json`, a list; its metadata is JSON text once more. */
export function podmanFacts(text: string, id: string): Partial<ContainerFacts> | undefined {
  const list = listAt(parseObject(`{"list":${text}}`, 'containers.json'), 'list').filter(isObject);
  const entry = list.find((each) => textAt(each, 'id') === id);
  if (!entry) return undefined;
  const details = textAt(entry, 'metadata', 65_536);
  const metadata = details === '' ? {} : parseObject(details, 'containers.json metadata');
  const [name] = listAt(entry, 'names');
  return {
    name: typeof name === 'string' ? name.slice(0, 1024) : textAt(metadata, 'name'),
    runtime: 'podman',
    image: textAt(metadata, 'image-name'),
    imageDigest: textAt(metadata, 'image-id') || textAt(entry, 'image'),
  };
}

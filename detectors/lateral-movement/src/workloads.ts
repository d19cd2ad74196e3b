import { batch, containerKey, ContainerStarted, EventRecord, hashBytes, ipKey, KeyedTable, parseIp } from '@picket/detector';

const DAY: u64 = 86_400_000_000_000;
const ADDRESS = memory.data(16, 8);

@unmanaged
class Owner {
  workload: u64;
}

/** Which workload a container and an address belong to. Pods come and go, their workload stays. */
export class Workloads {
  private readonly byContainer: KeyedTable<Owner>;
  private readonly byAddress: KeyedTable<Owner>;

  /** @param capacity containers to remember */
  constructor(capacity: i32) {
    this.byContainer = new KeyedTable<Owner>(capacity, 30 * DAY);
    this.byAddress = new KeyedTable<Owner>(capacity, 30 * DAY);
  }

  /** Takes what a node tells of a container. */
  learn(e: ContainerStarted): void {
    if (e.slot == 0 || e.workload_length == 0) return;
    const now = batch.wallTime(e);
    const space = hashBytes(e.pod_namespace_at, e.pod_namespace_length);
    const workload = rotl(space, 23) ^ hashBytes(e.workload_at, e.workload_length);
    this.byContainer.touch(containerKey(e), 0, now).workload = workload;
    // Pods of the network of the host have the address of their node, which is everybody's.
    if (e.ip_length > 0 && (e.container_flags & 8) == 0 && parseIp(e.ip, ADDRESS))
      this.byAddress.touch(ipKey(ADDRESS), 0, now).workload = workload;
  }

  /** The workload of the container of an event; the container itself when its workload is not known. */
  of(e: EventRecord): u64 {
    const owner = this.byContainer.peek(containerKey(e), 0);
    return owner === null ? containerKey(e) : owner.workload;
  }

  /** The workload at an address; the address itself when it is not known. */
  at(address: usize): u64 {
    const owner = this.byAddress.peek(ipKey(address), 0);
    return owner === null ? ipKey(address) : owner.workload;
  }
}

import { batch, NO_EVENT } from './batch';
import { wellFormed } from './text';

// @ts-ignore: decorator
@external("picket:detector/host@0.1.0", "emit")
declare function hostEmit(
  title: usize, titleUnits: i32, severity: i32, message: usize, messageUnits: i32, event: u32, slot: u32,
  group: usize, groupUnits: i32, fields: usize, fieldCount: i32,
): void;

/** Falco's levels, the most severe first. */
export const enum Severity {
  Emergency,
  Alert,
  Critical,
  Error,
  Warning,
  Notice,
  Informational,
  Debug,
}

/** Bytes of a `tuple<string, string>`. */
const PAIR: usize = 16;

/**
 * A finding in the making. Its cause and container are those of the current event, where there is one.
 *
 *     new Finding('Port scan', Severity.Warning).message('...').group(ip).field('ip', ip).emit();
 */
export class Finding {
  private text: string = '';
  private groupKey: string = '';
  private event: u32 = batch.index;
  private slot: u16 = 0;
  private names: string[] = [];
  private values: string[] = [];

  /** @param title a short constant sentence: what was seen, without names and numbers */
  constructor(private title: string, private severity: Severity) {
    if (this.event != NO_EVENT) this.slot = batch.event.slot;
  }

  /** What happened, with names and numbers. */
  message(text: string): this {
    this.text = text;
    return this;
  }

  /** Findings with the same key are one alert that counts. Without a key the title stands for it. */
  group(key: string): this {
    this.groupKey = key;
    return this;
  }

  /** Another cause than the current event: the number of a record of this batch. */
  cause(index: u32): this {
    this.event = index;
    return this;
  }

  /** Another container than that of the current event. */
  container(slot: u16): this {
    this.slot = slot;
    return this;
  }

  /** One more name and value for the alert. */
  field(name: string, value: string): this {
    this.names.push(name);
    this.values.push(value);
    return this;
  }

  /** Hands it to the host. */
  emit(): void {
    const title = wellFormed(this.title);
    const text = wellFormed(this.text);
    const group = wellFormed(this.groupKey);
    const count = this.names.length;
    const pairs = count > 0 ? heap.alloc(<usize>count * PAIR) : 8;
    for (let i = 0; i < count; i++) {
      // What the pairs point at must live until the host has read it.
      this.names[i] = wellFormed(this.names[i]);
      this.values[i] = wellFormed(this.values[i]);
      storeText(pairs + <usize>i * PAIR, this.names[i]);
      storeText(pairs + <usize>i * PAIR + 8, this.values[i]);
    }
    hostEmit(
      changetype<usize>(title), title.length, this.severity, changetype<usize>(text), text.length,
      this.event, this.slot, changetype<usize>(group), group.length, pairs, count,
    );
    if (count > 0) heap.free(pairs);
  }
}

function storeText(at: usize, text: string): void {
  store<usize>(at, changetype<usize>(text));
  store<i32>(at, text.length, 4);
}

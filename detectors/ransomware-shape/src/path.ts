import { hashBytes, hashLower, lastIndexOf } from '@picket/detector';

const SLASH: u8 = 47;
const DOT: u8 = 46;

/** A path in parts, by where they begin. One of it is read again and again. */
export class Path {
  at: usize = 0;
  length: i32 = 0;
  /** Where the name behind the folder begins. */
  name: i32 = 0;
  /** Where the extension begins, behind its dot; the end of the path when there is none. */
  extension: i32 = 0;

  read(at: usize, length: i32): this {
    this.at = at;
    this.length = length;
    this.name = lastIndexOf(at, length, SLASH) + 1;
    const dot = lastIndexOf(at, length, DOT);
    this.extension = dot > this.name ? dot + 1 : length;
    return this;
  }

  get hasExtension(): bool {
    return this.extension < this.length;
  }
  get hash(): u64 {
    return hashBytes(this.at, this.length);
  }
  get folderHash(): u64 {
    return hashBytes(this.at, this.name);
  }
  get nameHash(): u64 {
    return hashBytes(this.at + this.name, this.length - this.name);
  }
  /** Of the path without the extension and its dot. */
  get stemHash(): u64 {
    return hashBytes(this.at, this.hasExtension ? this.extension - 1 : this.length);
  }
  /** 0 for none; letters of any case are the same. */
  get extensionHash(): u64 {
    return this.hasExtension ? hashLower(this.at + this.extension, this.length - this.extension) : 0;
  }

  /** Whether the extension is a number, as that of old logs. */
  get isNumbered(): bool {
    for (let i = this.extension; i < this.length; i++) if (load<u8>(this.at + i) - 48 > 9) return false;
    return true;
  }
}

/** Whether the name of `whole` begins with the name of `part`; `next` is what follows it there, 0 for nothing. */
export function extendsName(whole: Path, part: Path): bool {
  const length = part.length - part.name;
  if (whole.length - whole.name < length) return false;
  return memory.compare(whole.at + whole.name, part.at + part.name, length) == 0;
}

/**
 * Whether a rename gives a file a new kind. Names that are cut (a temporary name becomes the real one) or go on without a
 * dot (`log` becomes `log-20260101`, `mail` becomes `mail:2,S`) do not.
 */
export function isNewKind(from: Path, to: Path): bool {
  if (!to.hasExtension || to.isNumbered || from.extensionHash == to.extensionHash) return false;
  if (extendsName(from, to)) return false;
  return !extendsName(to, from) || load<u8>(to.at + to.name + (from.length - from.name)) == DOT;
}

/** Parts of a guest that a test may replace, as WebAssembly text. */
export interface GuestParts {
  readonly imports?: string;
  readonly memory?: string;
  /** Further fields of the module: tables, globals, functions, data. */
  readonly fields?: string;
  readonly realloc?: string;
  readonly init?: string;
  readonly onbatch?: string;
  readonly ontick?: string;
}

const FINE = '(i32.const 0)';

/** A core module of the detector world in WebAssembly text; without parts, one that does nothing and says ok. */
export const guestText = (parts: GuestParts = {}): string => `(module
  ${parts.imports ?? ''}
  ${parts.memory ?? '(memory (export "memory") 2)'}
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) ${parts.realloc ?? '(i32.const 4096)'})
  (func (export "init") (param i32 i32) (result i32) ${parts.init ?? FINE})
  (func (export "onbatch") (param i32 i32) (result i32) ${parts.onbatch ?? FINE})
  (func (export "ontick") (param i64) (result i32) ${parts.ontick ?? FINE})
  ${parts.fields ?? ''}
)`;

const HOST = 'picket:detector/host@0.1.0';

/** Imports of all functions of the host, by their names. */
export const ALL_IMPORTS = `
  (import "${HOST}" "emit" (func $emit (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "${HOST}" "log" (func $log (param i32 i32 i32)))
  (import "${HOST}" "now" (func $now (result i64)))
  (import "${HOST}" "stateget" (func $stateget (param i32 i32 i32)))
  (import "${HOST}" "stateput" (func $stateput (param i32 i32 i32 i32) (result i32)))
  (import "${HOST}" "process" (func $process (param i32 i64 i32)))
  (import "${HOST}" "container" (func $container (param i32 i32)))
  (import "${HOST}" "propose" (func $propose (param i32 i32 i32 i32 i32 i32)))`;

/**
 * A guest with every kind of thing that is taken: a table with calls through it, loops in loops, br_table, bulk
 * copies, several values from a block, all number types, data, globals, a start function.
 */
export const RICH_GUEST = guestText({
  imports: ALL_IMPORTS,
  memory: '(memory (export "memory") 2 16)',
  onbatch: '(call $sum (local.get 0) (local.get 1)) (drop) (call $bulk) (call $now) (drop) (i32.const 0)',
  ontick: '(call $mixed (i32.const 3)) (drop) (i32.const 0)',
  fields: `
  (type $binary (func (param i32 i32) (result i32)))
  (table 3 funcref)
  (elem (i32.const 0) $add $subtract $add)
  (global $count (mut i32) (i32.const 7))
  (global $scale f64 (f64.const 1.5))
  (global $wide (mut i64) (i64.const -9223372036854775808))
  (data (i32.const 16) "port scan\\00\\ff")
  (data (i32.const 60000) "more")
  (func $started (global.set $count (i32.const 8)))
  (start $started)
  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $subtract (type $binary) (i32.sub (local.get 0) (local.get 1)))
  (func $sum (param $at i32) (param $length i32) (result i32) (local $total i32) (local $inner i32)
    (block $done
      (loop $next
        (br_if $done (i32.le_s (local.get $length) (i32.const 0)))
        (local.set $inner (i32.const 2))
        (loop $again
          (local.set $total (call_indirect (type $binary) (local.get $total) (i32.load8_u (local.get $at))
            (i32.rem_u (local.get $length) (i32.const 3))))
          (br_if $again (local.tee $inner (i32.sub (local.get $inner) (i32.const 1)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $next)))
    (local.get $total))
  (func $bulk
    (memory.fill (i32.const 1024) (i32.const 7) (i32.const 64))
    (memory.copy (i32.const 2048) (i32.const 1024) (i32.const 64)))
  (func $mixed (param i32) (result f64) (local f32 f64 i64)
    (block (result f64 i32)
      (f64.mul (global.get $scale) (f64.convert_i32_s (local.get 0)))
      (i32.trunc_sat_f32_s (f32.const 2.5)))
    (local.set 0)
    (local.set 2)
    (local.set 3 (i64.extend16_s (i64.const 40000)))
    (block $a (block $b (block $c (br_table $a $b $c (local.get 0)))
      (if (i32.eqz (local.get 0)) (then (local.set 0 (i32.const 9))) (else (nop))))
      (global.set $wide (i64.add (global.get $wide) (local.get 3))))
    (drop (memory.grow (i32.const 0)))
    (local.get 2))
  (export "__other" (func $mixed))
  (export "table" (table 0))
  (export "count" (global $count))`,
});

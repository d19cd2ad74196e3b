import { componentOf } from '../../../control-plane/src/detection/host/component/check-conformance.ts';
import { assemble } from '../../../control-plane/src/detection/host/testing/assemble.ts';
import { BYTE, type HostileGuest, type Payload } from '../hostile-guest.ts';
import { base64, text } from './core-guest.ts';

/** A component in text around a core module of the world; `lift` may change what is lifted how. */
const around = (more: string, lift = (lifted: string) => lifted) => `(component
  ${more}
  (core module $main
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "init") (param i32 i32) (result i32) unreachable)
    (func (export "onbatch") (param i32 i32) (result i32) unreachable)
    (func (export "ontick") (param i64) (result i32) unreachable))
  (core instance $i (instantiate $main))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "cabi_realloc" (core func $realloc))
  (alias core export $i "init" (core func $init))
  (alias core export $i "onbatch" (core func $onbatch))
  (alias core export $i "ontick" (core func $ontick))
  (type $r (result (error string)))
  ${lift(`
  (func (export "init") (param "config" string) (result $r)
    (canon lift (core func $init) (memory $memory) (realloc $realloc)))
  (func (export "onbatch") (param "events" (list u8)) (result $r)
    (canon lift (core func $onbatch) (memory $memory) (realloc $realloc)))
  (func (export "ontick") (param "now" u64) (result $r)
    (canon lift (core func $ontick) (memory $memory)))`)}
)`;

const of = (wat: string) => async (): Promise<Payload> => ({ component: base64(await assemble(wat)) });
const fine = async () => await componentOf(await assemble(text()), 'utf16');
const refused = (
  name: string,
  code: string,
  payload: HostileGuest['payload'],
  heldBy = 'one shape of component is taken',
): HostileGuest => ({
  ...{ name, payload, heldBy },
  ending: { refused: code, at: BYTE },
});
const cut = (part: number) => async (): Promise<Payload> => {
  const file = await fine();
  return { component: base64(file.subarray(0, Math.floor(file.length * part))) };
};
const READ = 'all of the file is read before any of it is used';

/** Components that are more, or less, than one. */
export const COMPONENTS: readonly HostileGuest[] = [
  refused('component within a component', 'DETECTOR_COMPONENT', of(around('(component)'))),
  refused('components 50 deep', 'DETECTOR_COMPONENT', of(around(`${'(component '.repeat(50)}${')'.repeat(50)}`))),
  refused(
    'two core modules of its own',
    'DETECTOR_COMPONENT',
    of(around('(core module (func (result i32) (i32.add (i32.const 1) (i32.const 2))))')),
  ),
  refused('two core modules with a memory each', 'DETECTOR_COMPONENT', of(around('(core module (memory 1))'))),
  refused(
    'two core instances',
    'DETECTOR_COMPONENT',
    of(
      around('').replace(
        '(alias core export $i "memory"',
        '(core instance (instantiate $main)) (alias core export $i "memory"',
      ),
    ),
  ),
  refused('component with a start', 'DETECTOR_COMPONENT', async () => {
    const file = await fine();
    // section 9: start, of function 0 with no arguments and no results
    return { component: base64(Buffer.concat([file, Buffer.from([9, 3, 0, 0, 0])])) };
  }),
  refused(
    'component with an import of WASI',
    'DETECTOR_IMPORT',
    of(around('(import "wasi:cli/stdout@0.2.0" (instance))')),
  ),
  refused(
    'quote in the import of a component',
    'DETECTOR_IMPORT',
    of(around('(import "unlocked-dep=<x:y>" (instance))')),
  ),
  refused(
    'resource with a destructor',
    'DETECTOR_COMPONENT',
    of(around('(type $t (resource (rep i32))) (core func (canon resource.drop $t))')),
  ),
  refused(
    'functions that are exchanged behind their names',
    'DETECTOR_COMPONENT',
    of(around('', (lifted) => lifted.replace('core func $init', 'core func $onbatch'))),
  ),
  refused(
    'texts of a third encoding',
    'DETECTOR_COMPONENT',
    of(around('', (lifted) => lifted.replace('(realloc $realloc)', 'string-encoding=latin1+utf16 (realloc $realloc)'))),
  ),
  refused('component that ends after a tenth', 'DETECTOR_MALFORMED', cut(0.1), READ),
  refused('component that ends in the middle', 'DETECTOR_MALFORMED', cut(0.5), READ),
  refused('component that ends just before its end', 'DETECTOR_MALFORMED', cut(0.9), READ),
  {
    name: 'component that is fine but traps',
    heldBy: 'it is started with an empty batch before it is kept',
    payload: of(around('')),
    ending: { refused: 'DETECTOR_TRAP' },
  },
];

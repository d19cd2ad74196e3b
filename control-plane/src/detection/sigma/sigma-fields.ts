/** How the value of a field is compared. */
export type FieldType = 'text' | 'directory' | 'number' | 'address' | 'direction';

export interface TargetField {
  /** Name in the rule language. */
  readonly name: string;
  readonly type: FieldType;
}

/** Sigma fields of one log source and what answers them. */
export interface LogSource {
  /** What the event has to be, apart from what the rule looks for. */
  readonly condition: string;
  readonly fields: Readonly<Record<string, TargetField>>;
  /** Fields that a keyword is looked for in. */
  readonly keywords: readonly string[];
  /** Fields that the alert shows, behind those of every alert. */
  readonly shown: string;
}

const text = (name: string): TargetField => ({ name, type: 'text' });
const number = (name: string): TargetField => ({ name, type: 'number' });

/** Of the process that an event is about; known for every event. */
const PROCESS: Readonly<Record<string, TargetField>> = {
  Image: text('proc.exepath'),
  CommandLine: text('proc.cmdline'),
  ParentImage: text('proc.pexepath'),
  ParentCommandLine: text('proc.pcmdline'),
  CurrentDirectory: { name: 'proc.cwd', type: 'directory' },
  User: text('user.name'),
  LogonId: number('user.loginuid'),
  ProcessId: number('proc.pid'),
  ParentProcessId: number('proc.ppid'),
};

/** Log sources by their category; all of them with `product: linux`. */
export const LOG_SOURCES: Readonly<Record<string, LogSource>> = {
  process_creation: {
    condition: 'evt.type in (execve, execveat)',
    fields: PROCESS,
    keywords: ['proc.exepath', 'proc.cmdline', 'proc.pexepath', 'proc.pcmdline', 'proc.cwd'],
    shown: '',
  },
  file_event: {
    condition: 'evt.is_open_write = true and fd.typechar = f',
    fields: { ...PROCESS, TargetFilename: text('fd.name') },
    keywords: ['fd.name', 'proc.exepath'],
    shown: 'file=%fd.name ',
  },
  network_connection: {
    // the client of a connection is the source, whichever side the container is
    condition: 'evt.type in (connect, accept, accept4, sendto, sendmsg, sendmmsg) and fd.sockfamily = ip',
    fields: {
      ...PROCESS,
      Initiated: { name: 'evt.type', type: 'direction' },
      DestinationIp: { name: 'fd.sip', type: 'address' },
      DestinationPort: number('fd.sport'),
      DestinationHostname: text('fd.sip.name'),
      SourceIp: { name: 'fd.cip', type: 'address' },
      SourcePort: number('fd.cport'),
      SourceHostname: text('fd.cip.name'),
      Protocol: text('fd.l4proto'),
    },
    keywords: ['proc.exepath', 'proc.cmdline', 'fd.sip.name'],
    shown: 'peer=%fd.name ',
  },
};

/** The field that answers one of Sigma, whatever the case it is written in. */
export function targetOf(source: LogSource, name: string): TargetField | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(source.fields).find(([known]) => known.toLowerCase() === wanted)?.[1];
}

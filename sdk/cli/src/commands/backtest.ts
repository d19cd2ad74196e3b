import { API_OPTIONS, API_USAGE } from '../api/connection.ts';
import type { Command } from '../command.ts';
import { CliError } from '../errors.ts';

/** Tries detectors and rules over events of the past. */
export const backtest: Command = {
  name: 'backtest',
  usage: `detector NAME[@VERSION] | rules FILE... | rules --set ID | list | show ID | delete ID | --local DIR --capture FILE [--since 24h|TIME] [--until TIME] [--capture FILE|ID] [--nodes A,B] [--namespaces A,B] [--wait] [--json] ${API_USAGE}`,
  summary: 'try a detector or rules over stored events or a capture',
  options: {
    since: { type: 'string' },
    until: { type: 'string' },
    capture: { type: 'string' },
    set: { type: 'string' },
    nodes: { type: 'string' },
    namespaces: { type: 'string' },
    local: { type: 'string' },
    wait: { type: 'boolean' },
    json: { type: 'boolean' },
    ...API_OPTIONS,
  },
  positionals: [0, 1000],
  async run(config, args, io) {
    const [what] = args.positionals;
    if (args.text.local !== undefined) return (await import('./backtest/local.ts')).backtestHere(args, io);
    const served = await import('./backtest/served.ts');
    if (what === 'detector' || what === 'rules') return served.tryOnServer(config, args, io);
    if (what === 'list') return served.listBacktests(config, args, io);
    if (what === 'show') return served.showBacktest(config, args, io);
    if (what === 'delete') return served.deleteBacktest(config, args, io);
    throw new CliError('USAGE', `say what to do: picket backtest ${backtest.usage}`);
  },
};

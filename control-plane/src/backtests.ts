/** The door to backtests without a server: a detector in a folder, or rule files, over a capture. */
export { type LocalBacktest, runLocalBacktest } from './backtest/local/run-local.ts';

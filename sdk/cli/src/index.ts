export { checkCapture } from './capture/capture-file.ts';
export { formatAlert } from './format-alert.ts';
export { printable } from './printable.ts';
export { type RunFile, readRunFile } from './run-file.ts';

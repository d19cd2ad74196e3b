import type { Position } from '../detection/rules/language/position.ts';
import { ControlPlaneError } from '../errors.ts';

/** What is wrong at one place of a file of detector tests. */
export class DetectorTestError extends ControlPlaneError {
  declare readonly code: 'DETECTOR_TEST_INVALID';
  readonly position: Position;

  constructor(message: string, position: Position, options?: ErrorOptions) {
    super('DETECTOR_TEST_INVALID', message, options);
    this.name = 'DetectorTestError';
    this.position = position;
  }

  /** The message behind file, line and column. */
  get placed(): string {
    const { file, line, column } = this.position;
    return `${file}:${line}:${column} ${this.message}`;
  }
}

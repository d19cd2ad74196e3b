import { readFileSync } from 'node:fs';
import { messageOf } from '@picket/sdk';
import { parseDocument } from 'yaml';
import { DEFAULT_SETTINGS, PlanSettings } from '../detection/plan/settings.ts';
import { ControlPlaneError } from '../errors.ts';

/**
 * Reads what the administrator says about the probe plan; the defaults without a file.
 * @throws ControlPlaneError CONFIG_INVALID naming the first thing in it that can not be used
 */
export function readPlanFile(file: string | undefined): PlanSettings {
  if (file === undefined) return DEFAULT_SETTINGS;
  const parsed = PlanSettings.safeParse(readYaml(file) ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(file, `${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}

function readYaml(file: string): unknown {
  try {
    const document = parseDocument(readFileSync(file, 'utf8'), { prettyErrors: true });
    const [fault] = document.errors;
    if (fault) throw fault;
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw invalid(file, messageOf(cause), cause);
  }
}

const invalid = (file: string, why: string, cause?: unknown) =>
  new ControlPlaneError(
    'CONFIG_INVALID',
    `PICKET_PLAN_FILE ${file} can not be used (${why}): correct it, see docs/probe-plan.md`,
    { cause },
  );

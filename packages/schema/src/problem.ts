import { REPORT_LIMITS } from './limits.js';
import type { Suggest } from './suggest.js';

/** What a problem is about. Stable: clients may switch on it. */
export const PROBLEM_CODES = {
  syntax: 'The text is not YAML or JSON',
  not_json: 'A value has no JSON form',
  too_large: 'The document is larger than allowed',
  too_deep: 'The document is nested more deeply than allowed',
  too_many_problems: 'More problems than are listed',
  required: 'A required field is missing',
  wrong_type: 'A value has the wrong type',
  invalid_value: 'A value is not one of those allowed',
  unknown_field: 'A field is not known',
  unknown_step_type: 'No step type has this name',
  unknown_trigger_type: 'No trigger type has this name',
  step_type_unavailable: 'This installation has no handler for the step type',
  trigger_type_unavailable: 'This installation cannot start workflows by the trigger type',
  setting_not_in_effect: 'This installation does not act on the setting',
  step_field_not_in_effect: 'This installation does not act on the field of a step',
  illegal_id: 'A step id has characters that are not allowed',
  reserved_id: 'A step id is a word of the expression language',
  duplicate_id: 'Two steps have the same id',
  unknown_target: 'A target is no step',
  foreign_target: 'A target is a step of another list',
  backward_target: 'A target is the step itself or comes before it',
  branch_order: 'The steps of a branch do not run in the order of the list',
  next_on_branching: 'A step with branches has a next',
  unreachable_step: 'A step can never run',
  no_steps: 'The workflow has no steps',
  step_limit: 'More steps than allowed',
  nesting_limit: 'Loops and parallels are nested more deeply than allowed',
  invalid_cron: 'A cron expression is not valid',
  cron_never: 'A cron expression never comes due',
  cron_either_day: 'A cron expression has a day of month and a day of week, of which either is enough',
  cron_long_step: 'A step of a cron expression is longer than its field, so that only its first value is left',
  cron_uneven_step: 'A step of a cron expression does not divide its field, so that the last one is shorter',
  schedule_over: 'A schedule starts nothing any more',
  unknown_timezone: 'A time zone is not known',
  timezone_abbreviation: 'A time zone is an abbreviation, which may mean another one',
  expression: 'An expression is not valid',
  expression_warning: 'An expression is valid but probably not meant so',
  code_syntax: 'The code of a step does not parse',
  unsent_header: 'A response has a header that is not sent',
  unheard_response: 'A step responds, and no caller of the webhook waits for it',
  unknown_name: 'An expression names nothing that exists there',
  unknown_variable: 'An expression reads a variable that does not exist',
  unknown_secret: 'An expression reads a secret that does not exist',
  unknown_env: 'An expression reads an environment value that does not exist',
  unknown_workflow: 'A workflow that is named does not exist',
  not_a_tool: 'A workflow that a model is to use as a tool does not allow it',
  unserved_address: 'No mailbox of the organisation has the address of an e-mail trigger',
  clear_text_secret: 'A secret is written out in the document',
  unused_field: 'A field has no effect without another one',
  unknown_sender: 'The organisation has no sender of the name that a step gives',
  not_yet_run: 'An expression reads a step that cannot have run',
  may_be_skipped: 'An expression reads a step that may not have run',
  inner_step: 'An expression reads a step inside a loop or parallel from outside',
} as const;

/** A code of {@link PROBLEM_CODES}. */
export type ProblemCode = keyof typeof PROBLEM_CODES;

/** A path in a document: member names and array positions from the top. */
export type DocumentPath = readonly (string | number)[];

/** One thing that is wrong, or probably wrong, with a workflow. Compatible with `ErrorIssue` of the API. */
export interface Problem {
  /** An error prevents saving, a warning does not. */
  readonly severity: 'error' | 'warning';
  readonly code: ProblemCode;
  /** JSON path, e.g. `steps[1].config.url`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
  /** How to fix it. */
  readonly hint?: string;
  /** Where in the text, from 1; only when the source was YAML or JSON text. */
  readonly line?: number;
  readonly column?: number;
  /** Where in the field's own text, as UTF-16 offsets; only for expressions. */
  readonly span?: readonly [number, number];
  /** The field's text that `span` points into. */
  readonly excerpt?: string;
}

/** A place in a text, from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** A problem before its place is worked out. `on` = the member itself is meant rather than its value. */
export interface RawProblem extends Omit<Problem, 'path' | 'line' | 'column' | 'severity' | 'hint'> {
  /** A hint that costs something to find is looked for only when the problem is listed. */
  readonly hint?: string | ((suggest: Suggest) => string | undefined) | undefined;
  readonly severity?: Problem['severity'];
  readonly at: DocumentPath;
  readonly on?: 'key';
  /** Its place in the text when that is known already. */
  readonly place?: TextPosition;
}

/** Takes problems as they are found. */
export type Report = (problem: RawProblem) => void;

const PLAIN_MEMBER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** `['steps', 1, 'config', 'X-Key']` → `steps[1].config["X-Key"]`. A long member name is cut. */
export function formatPath(path: DocumentPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else {
      const name = shortened(part, REPORT_LIMITS.pathPartLength);
      if (PLAIN_MEMBER.test(name)) text += text === '' ? name : `.${name}`;
      else text += `[${JSON.stringify(name)}]`;
    }
  }
  return text;
}

/** The text, cut to a number of characters. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

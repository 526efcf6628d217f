import type { Reference } from '@millrace/expression';
import { readExpression, type ExpressionText } from './expression-text.js';
import type { RawProblem, Report } from './problem.js';
import { stateOf, visibleIds, type Scope } from './scope.js';
import type { Suggest } from './suggest.js';

/** Names that exist beside the steps; a kind that is left out is not checked. */
export interface KnownNames {
  readonly variables: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string> | undefined;
  readonly env: ReadonlySet<string> | undefined;
  /** `missing: "empty"`: what is not there is nothing, and no reason for a warning. */
  readonly missingIsEmpty: boolean;
  /** False when a step's id could not be read, so that an unknown name may be that step's. */
  readonly idsSound: boolean;
}

/** What a step offers to expressions. */
const STEP_MEMBERS = ['output', 'status', 'error', 'data'];
const LOOP_ROOTS = new Set(['item', 'index', 'loop']);

/** Reports what is wrong with an expression: its syntax, and everything it reads that is not there or may not be. */
export function checkExpression(expression: ExpressionText, scope: Scope, names: KnownNames, report: Report): void {
  const { at, text } = expression;
  const references = readExpression(expression, report);
  references.forEach((reference, order) => {
    const tell: Tell = (problem) => report({ at, span: reference.rootSpan, excerpt: text, ...problem });
    if (reference.kind !== 'step' || scope.roots?.has(reference.root)) return checkRoot(reference, scope, names, tell);
    // With two branches one of them ran: naming both, one as the other's alternative, is how to read their result.
    const soft = reference.soft || isAlternative(text, reference, references[order - 1]);
    checkStep({ ...reference, soft }, text, scope, names, tell);
  });
}

/** Whether a read is what an expression falls back on when another step has no value: `a.output ?? b.output`. */
function isAlternative(text: string, reference: Reference, before: Reference | undefined): boolean {
  return before?.kind === 'step' && before.soft && text.slice(before.span[1], reference.span[0]).trim() === '??';
}

type Tell = (problem: Omit<RawProblem, 'at'>) => void;

const ROOT_NAMES = [
  'input',
  'variables',
  'secrets',
  'env',
  'item',
  'index',
  'loop',
  'trigger',
  'execution',
  'workflow',
];

function checkStep(reference: Reference, text: string, scope: Scope, names: KnownNames, tell: Tell): void {
  const id = reference.root;
  const state = stateOf(id, scope);
  switch (state.kind) {
    case 'unknown':
      if (names.idsSound) tell(unknownName(id, scope));
      return;
    case 'inner':
      tell({
        code: 'inner_step',
        message: `the step "${id}" (${state.where}) cannot be read from here: it is inside a loop or parallel`,
        hint: 'Outside, read the output of the loop or parallel itself: it holds the last outputs of what is inside.',
      });
      return;
    case 'never':
      tell({
        severity: reference.soft || names.missingIsEmpty ? 'warning' : 'error',
        code: 'not_yet_run',
        message: `the step "${id}" can never have run here: ${state.why}`,
        hint: 'Read a step that runs before, or change the order of the steps.',
      });
      return;
    case 'maybe':
      if (!reference.soft && !names.missingIsEmpty) tell(maybeSkipped(id, text.slice(...reference.span)));
      break;
    case 'ran':
  }
  checkMember(reference, tell);
}

function checkMember({ root, path, soft }: Reference, tell: Tell): void {
  const [member] = path;
  if (member === undefined || STEP_MEMBERS.includes(String(member))) return;
  const message = `a step has no "${member}"; it has ${STEP_MEMBERS.join(', ')}`;
  tell({
    severity: soft ? 'warning' : 'error',
    code: 'unknown_name',
    message,
    hint: (suggest) =>
      suggest(String(member), STEP_MEMBERS) ?? `Its result is ${root}.output, so write ${root}.output.${member}.`,
  });
}

function unknownName(name: string, scope: Scope): Omit<RawProblem, 'at'> {
  const message = `there is no step and no value "${name}" here`;
  return { code: 'unknown_name', message, hint: (suggest) => hintForUnknown(name, scope, suggest) };
}

function hintForUnknown(name: string, scope: Scope, suggest: Suggest): string {
  const ids = visibleIds(scope);
  const dashed = ids.find((id) => id.includes('-') && id.split('-')[0] === name);
  if (dashed !== undefined)
    return `The id of the step "${dashed}" has a "-", which is a minus in expressions: write steps["${dashed}"].output.`;
  if (scope.roots !== undefined && ids.length === 0)
    return (
      suggest(name, scope.roots) ??
      `Known here: ${[...scope.roots].join(', ')}; if text is meant, put '${name}' in quotes.`
    );
  const some = ids.length > 0 && ids.length <= 12 ? ` (${ids.join(', ')})` : '';
  return (
    suggest(name, [...ids, ...(scope.roots ?? ROOT_NAMES)]) ??
    `A bare name is a step before this one${some}; if text is meant, put '${name}' in quotes.`
  );
}

function maybeSkipped(id: string, read: string): Omit<RawProblem, 'at'> {
  return {
    severity: 'warning',
    code: 'may_be_skipped',
    message: `the step "${id}" may have been skipped, and then has no value`,
    hint: `Say what holds in that case, e.g. {{${read} ?? "…"}}.`,
  };
}

function checkRoot({ root, path, soft }: Reference, scope: Scope, names: KnownNames, tell: Tell): void {
  if (scope.roots !== undefined && !scope.roots.has(root)) {
    tell({
      code: 'unknown_name',
      message: `"${root}" does not exist in ${scope.place}`,
      hint: `There is: ${[...scope.roots].join(', ')}.`,
    });
    return;
  }
  if (LOOP_ROOTS.has(root) && !scope.inLoop) {
    tell({
      code: 'unknown_name',
      message: `"${root}" exists only inside a loop`,
      hint: 'Move the step into the "steps" of a loop.',
    });
    return;
  }
  const [name] = path;
  if (typeof name !== 'string') return;
  if (root === 'variables' && !soft && !names.variables.has(name)) {
    tell(unknown('unknown_variable', 'variable', name, names.variables, 'Add it to "variables".'));
  } else if (root === 'secrets' && names.secrets && !names.secrets.has(name)) {
    tell(
      unknown(
        'unknown_secret',
        'secret',
        name,
        names.secrets,
        'Store it before the workflow runs: PUT /v1/secrets/{name}.',
      ),
    );
  } else if (root === 'env' && names.env && !soft && !names.env.has(name)) {
    tell(
      unknown(
        'unknown_env',
        'environment value',
        name,
        names.env,
        `Only values that the installation allows can be read: its operator sets MILLRACE_ENV_${name}.`,
      ),
    );
  }
}

function unknown(
  code: RawProblem['code'],
  what: string,
  name: string,
  known: ReadonlySet<string>,
  cure: string,
): Omit<RawProblem, 'at'> {
  return {
    severity: 'warning',
    code,
    message: `there is no ${what} "${name}"`,
    hint: (suggest) => suggest(name, known) ?? cure,
  };
}

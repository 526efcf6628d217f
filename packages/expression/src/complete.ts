import { type Cursor, cursorIn } from './complete-cursor.js';
import { Diagnostics } from './diagnostic.js';
import type { Span } from './errors.js';
import { helpers } from './helpers/table.js';
import { Inference, type Scope } from './infer.js';
import { LIMITS } from './limits.js';
import { isIdentifier, isReservedName, ROOTS } from './names.js';
import { parse } from './parser.js';
import type { ProgramMode } from './program.js';
import { type ContextShape, type Described, described, UNKNOWN } from './shape.js';
import { signature } from './static-checks.js';
import { encodeText } from './text-literal.js';
import { TYPE, typeSetName } from './value.js';

/** One proposal of an editor's list. */
export interface Completion {
  readonly label: string;
  readonly kind: 'root' | 'step' | 'variable' | 'field' | 'method' | 'function' | 'keyword';
  /** The type of a field, or the call of a helper. */
  readonly detail: string;
  /** One sentence of a helper. */
  readonly doc: string | undefined;
  /** What to write instead of the characters in `replace`. */
  readonly insert: string;
  readonly replace: Span;
}

/**
 * What can be written at a cursor, from what is known about the values; the text may be unfinished anywhere. Outside of
 * `{{ }}` of a template there is nothing to propose.
 *
 * @param offset place of the cursor, in UTF-16 code units
 * @example complete('{{input.it', 10, { roots: { input: { sample: { items: [] } } } })[0].label // 'items'
 */
export function complete(
  text: string,
  offset: number,
  shape: ContextShape,
  mode: ProgramMode = 'template',
): readonly Completion[] {
  const cursor = cursorIn(text, Math.min(Math.max(0, offset), text.length), mode);
  if (cursor === null) return [];
  const inference = new Inference(shape, new Diagnostics(text));
  const scope = scopeAt(text, cursor, inference);
  const proposals =
    cursor.base === null
      ? namesAt(cursor, shape, scope)
      : fieldsAt(cursor, inferText(text, cursor.base, scope, inference));
  const prefix = cursor.prefix.toLowerCase();
  return proposals.filter((proposal) => proposal.label.toLowerCase().startsWith(prefix));
}

/** What is known about the expression in a part of the text; nothing if it can't be read. */
function inferText(text: string, [start, end]: Span, scope: Scope, inference: Inference): Described {
  try {
    return inference.infer(parse(text.slice(start, end), 'condition', LIMITS), scope);
  } catch {
    return UNKNOWN;
  }
}

/** The variables of the lambdas around the cursor, the innermost last. */
function scopeAt(text: string, cursor: Cursor, inference: Inference): Scope {
  const scope = new Map<string, Described>();
  for (const lambda of cursor.lambdas) {
    const helper = helpers.get(lambda.helper);
    const binds = helper?.params.find((param) => param.lambda > 0)?.binds ?? [];
    const item = inferText(text, lambda.subject, scope, inference).item();
    lambda.params.forEach((name, position) => {
      const bound = binds[position];
      scope.set(name, bound === 'item' ? item : bound === 'index' ? described(TYPE.number) : UNKNOWN);
    });
  }
  return scope;
}

function namesAt(cursor: Cursor, shape: ContextShape, scope: Scope): Completion[] {
  const { replace } = cursor;
  const simple = (label: string, kind: Completion['kind'], detail: string): Completion => {
    const insert =
      kind === 'step' && (!isIdentifier(label) || isReservedName(label)) ? `steps[${encodeText(label, '"')}]` : label;
    return { label, kind, detail, doc: undefined, insert, replace };
  };
  return [
    ...[...scope].reverse().map(([name, value]) => simple(name, 'variable', typeSetName(value.types))),
    ...ROOTS.filter((name) => name === 'steps' || shape.roots?.[name] !== undefined).map((name) =>
      simple(name, 'root', 'object'),
    ),
    ...Object.keys(shape.steps ?? {}).map((id) => simple(id, 'step', 'step')),
    ...[...helpers.values()].map((helper) => ({
      label: helper.name,
      kind: 'function' as const,
      detail: signature(helper),
      doc: helper.doc,
      insert: `${helper.name}(`,
      replace,
    })),
    ...['true', 'false', 'null', 'not', 'and', 'or', 'in'].map((word) => simple(word, 'keyword', 'keyword')),
  ];
}

function fieldsAt(cursor: Cursor, base: Described): Completion[] {
  const fields = base.keys().map((key) => fieldProposal(cursor, key, base.field(key)?.types ?? 63));
  if (cursor.inKey) return fields;
  if (base.types === TYPE.text || base.types === TYPE.array) fields.push(fieldProposal(cursor, 'length', TYPE.number));
  const methods = [...helpers.values()].filter((helper) => {
    const accepted = helper.params[0]?.types ?? 0;
    return helper.method && helper.name !== 'length' && (accepted & base.types) !== 0;
  });
  return [
    ...fields,
    ...methods.map((helper) => ({
      label: helper.name,
      kind: 'method' as const,
      detail: signature(helper),
      doc: helper.doc,
      insert: `${helper.name}(`,
      replace: cursor.replace,
    })),
  ];
}

function fieldProposal(cursor: Cursor, key: string, types: number): Completion {
  const common = { label: key, kind: 'field' as const, detail: typeSetName(types), doc: undefined };
  if (cursor.inKey) return { ...common, insert: encodeText(key, cursor.quote), replace: cursor.replace };
  if (isIdentifier(key)) return { ...common, insert: key, replace: cursor.replace };
  // A key that is no plain name also replaces the dot before it.
  return { ...common, insert: `[${encodeText(key, '"')}]`, replace: [cursor.dot, cursor.replace[1]] };
}

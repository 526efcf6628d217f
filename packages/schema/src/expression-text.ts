import { analyzeCondition, analyzeTemplate, type Reference } from '@millrace/expression';
import { isPlainObject, type PlacedValue } from './field-sites.js';
import type { DocumentPath, Report } from './problem.js';

/** A text of a document that is evaluated. */
export interface ExpressionText {
  readonly at: DocumentPath;
  readonly text: string;
  readonly kind: 'template' | 'condition';
}

/** All texts with `{{ }}` in a value; object members are values, never names. */
export function templatesIn(placed: PlacedValue): ExpressionText[] {
  const { at, value } = placed;
  if (typeof value === 'string') return value.includes('{{') ? [{ at, text: value, kind: 'template' }] : [];
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => templatesIn({ at: [...at, index], value: item }));
  if (isPlainObject(value))
    return Object.entries(value).flatMap(([key, item]) => templatesIn({ at: [...at, key], value: item }));
  return [];
}

/** What an expression text reads; reports what is wrong with the text itself. What the names in it mean is the caller's to check. */
export function readExpression(expression: ExpressionText, report: Report): readonly Reference[] {
  const { at, text, kind } = expression;
  // `inLoop` only keeps the analysis from judging names.
  const analysis = (kind === 'condition' ? analyzeCondition : analyzeTemplate)(text, { inLoop: true });
  for (const { severity, message, span, hint } of [...analysis.errors, ...analysis.warnings]) {
    report({
      severity,
      code: severity === 'error' ? 'expression' : 'expression_warning',
      at,
      message,
      span,
      excerpt: text,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return analysis.references;
}

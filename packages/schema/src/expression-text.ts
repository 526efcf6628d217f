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
export function templatesIn({ at, value }: PlacedValue): ExpressionText[] {
  const found: ExpressionText[] = [];
  // One path for the whole walk, copied only for what is found: most values are no templates.
  collectTemplates(value, [...at], found);
  return found;
}

function collectTemplates(value: unknown, path: (string | number)[], found: ExpressionText[]): void {
  if (typeof value === 'string') {
    if (value.includes('{{')) found.push({ at: [...path], text: value, kind: 'template' });
  } else if (Array.isArray(value)) {
    value.forEach((item: unknown, index) => {
      path.push(index);
      collectTemplates(item, path, found);
      path.pop();
    });
  } else if (isPlainObject(value)) {
    for (const key of Object.keys(value)) {
      path.push(key);
      collectTemplates(value[key], path, found);
      path.pop();
    }
  }
}

/** How many expressions a text holds at most, without reading it: the `{{` of a template, 1 for a condition. */
export function expressionsIn({ text, kind }: Pick<ExpressionText, 'text' | 'kind'>): number {
  let count = kind === 'condition' ? 1 : 0;
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', at + 2)) count += 1;
  return count;
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

/**
 * Places of an object that a chart fills from its values. An object is made as for kustomize, its gaps are set, and it is written as
 * YAML; then each gap becomes an action of Helm's templates. Values are written as JSON, which is YAML at any depth and needs no quoting.
 */

type GapKind = 'value' | 'optional' | 'items';

const GAP = (kind: GapKind): string => String.raw`__gap_${kind}_([0-9a-f]+)__`;

/** What an expression of a template is. */
export function value(expression: string): string {
  return gapOf('value', expression);
}

/** A member that is there only where its expression is not empty. */
export function optional(expression: string): string {
  return gapOf('optional', expression);
}

/** Items of a list that its expression, a list itself, adds in this place. */
export function items(expression: string): string {
  return gapOf('items', expression);
}

function gapOf(kind: GapKind, expression: string): string {
  return `__gap_${kind}_${Buffer.from(expression).toString('hex')}__`;
}

/** A YAML text with actions in place of its gaps. Throws when a gap is where its kind can't be. */
export function withActions(yaml: string): string {
  const text = yaml
    .replace(
      new RegExp(`^( *)(\\w+): ${GAP('optional')}$`, 'gm'),
      (_all, indent: string, key: string, hex: string) =>
        `${indent}{{- with ${expressionOf(hex)} }}\n${indent}${key}: {{ toJson . }}\n${indent}{{- end }}`,
    )
    .replace(
      new RegExp(`^( *)- ${GAP('items')}$`, 'gm'),
      (_all, indent: string, hex: string) =>
        `${indent}{{- with ${expressionOf(hex)} }}\n{{ toYaml . | indent ${indent.length} }}\n${indent}{{- end }}`,
    )
    .replace(new RegExp(GAP('value'), 'g'), (_all, hex: string) => `{{ ${expressionOf(hex)} | toJson }}`);
  const left = text.match(/^.*__gap_.*$/m);
  if (left) throw new Error(`This gap is in a place that its kind cannot be in: ${left[0]}`);
  return text;
}

function expressionOf(hex: string): string {
  return Buffer.from(hex, 'hex').toString();
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { REPOSITORY } from '../kubernetes/repository.js';

/** Functions of `@millrace/service-kit/metrics` that make a metric, and what they make. */
const KINDS = {
  counter: 'counter',
  counterFromZero: 'counter',
  gauge: 'gauge',
  gaugeOf: 'gauge',
  histogram: 'histogram',
};

/** A metric as the source declares it. */
export interface DeclaredMetric {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
  /** Values of its one label that are exported as 0 from the start; null where series begin with the first event. */
  readonly initial: readonly string[] | null;
}

/** All metrics that services declare, from their sources: what is exported is declared nowhere else. */
export function declaredMetrics(): DeclaredMetric[] {
  const sources = folders().flatMap((folder) => sourcesIn(folder));
  const texts = new Map(sources.flatMap((source) => textsIn(source)));
  return sources.flatMap((source) => metricsIn(source, texts));
}

function folders(): string[] {
  const apps = join(REPOSITORY, 'apps');
  return [...readdirSync(apps).map((name) => join(apps, name, 'src')), join(REPOSITORY, 'packages/service-kit/src')];
}

function sourcesIn(folder: string): ts.SourceFile[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .filter((text) => text.includes('metrics.js') || text.includes('service-kit/metrics') || text.includes('const '))
    .map((text) => ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest));
}

/** Texts that have a name of their own. */
function textsIn(source: ts.SourceFile): [string, string][] {
  return source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) =>
      declarationList.declarations.flatMap(({ name, initializer }): [string, string][] =>
        ts.isIdentifier(name) && initializer && ts.isStringLiteral(initializer) ? [[name.text, initializer.text]] : [],
      ),
    );
}

function metricsIn(source: ts.SourceFile, texts: ReadonlyMap<string, string>): DeclaredMetric[] {
  const found: DeclaredMetric[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) found.push(...metricOf(node, texts));
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

function metricOf(
  { expression, arguments: given }: ts.CallExpression,
  texts: ReadonlyMap<string, string>,
): DeclaredMetric[] {
  const maker = (expression as ts.Identifier).text;
  const [name, , labels, values] = given;
  if (!Object.hasOwn(KINDS, maker) || !name || !ts.isStringLiteral(name)) return [];
  const kind = KINDS[maker as keyof typeof KINDS];
  const textOf = (node: ts.Expression): string => {
    const text = ts.isStringLiteral(node) ? node.text : ts.isIdentifier(node) ? texts.get(node.text) : undefined;
    if (text === undefined) throw new Error(`A label of ${name.text} is no text`);
    return text;
  };
  const listOf = (node: ts.Expression | undefined) =>
    node && ts.isArrayLiteralExpression(node) ? node.elements.map(textOf) : [];
  if (maker !== 'counterFromZero') return [{ name: name.text, kind, labels: listOf(labels), initial: null }];
  return [{ name: name.text, kind, labels: labels ? [textOf(labels)] : [], initial: listOf(values) }];
}

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { writeWhole } from '@millrace/local/json-file';
import ts from 'typescript';

/** Where the build puts a source file; undefined for one that is not built, such as a test. `folder`: of the package. */
export function builtFile(folder: string, source: string): string | undefined {
  if (!source.endsWith('.ts') || source.endsWith('.test.ts') || source.endsWith('.d.ts')) return undefined;
  return join(folder, 'dist', relative(join(folder, 'src'), source).replace(/\.ts$/, '.js'));
}

/**
 * Compiles one file as the build does, but without looking at any other: some milliseconds, and no check of types. One that is
 * gone is removed from the build too. Returns what is wrong with its syntax; then nothing is written.
 */
export function compileFile(folder: string, source: string): string[] {
  const built = builtFile(folder, source);
  if (built === undefined) return [];
  const text = readSource(source);
  if (text === undefined) {
    for (const file of [built, `${built}.map`]) rmSync(file, { force: true });
    return [];
  }
  const { outputText, sourceMapText, diagnostics = [] } = transpile(folder, source, text);
  const problems = diagnostics.map((diagnostic) => describe(source, diagnostic));
  if (problems.length > 0) return problems;
  mkdirSync(dirname(built), { recursive: true });
  if (sourceMapText !== undefined) writeWhole(`${built}.map`, mapOf(sourceMapText, built, source), 0o644);
  writeWhole(built, outputText, 0o644);
  return [];
}

/** The compiler, which has one file alone, takes the source to be beside what it is compiled to. */
function mapOf(text: string, built: string, source: string): string {
  return JSON.stringify({ ...(JSON.parse(text) as object), sources: [relative(dirname(built), source)] });
}

/** Has the compiler do once what it does at its first file only, which takes longer than that file. */
export function warmCompiler(folder: string): void {
  transpile(folder, join(folder, 'src', 'nothing.ts'), '');
}

function transpile(folder: string, source: string, text: string): ts.TranspileOutput {
  return ts.transpileModule(text, {
    fileName: source,
    reportDiagnostics: true,
    // All packages are ES modules, which the compiler cannot know from one file.
    compilerOptions: {
      ...optionsOf(folder),
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    },
  });
}

/** The options of a package's build. Its files are not listed: that would read its whole folder. */
function optionsOf(folder: string): ts.CompilerOptions {
  const file = join(folder, 'tsconfig.build.json');
  const read = ts.readConfigFile(file, (path) => ts.sys.readFile(path)).config as object;
  return ts.parseJsonConfigFileContent({ ...read, include: [], files: [] }, ts.sys, folder).options;
}

function readSource(source: string): string | undefined {
  try {
    return readFileSync(source, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function describe(source: string, { file, start, messageText }: ts.Diagnostic): string {
  const line = file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
  return `${source}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}

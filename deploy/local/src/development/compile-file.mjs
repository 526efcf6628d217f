import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { writeWhole } from '../json-file.mjs';

/**
 * Where the build puts a source file; `undefined` for one that is not built, such as a test.
 *
 * @param {string} folder of the package
 * @param {string} source path of the file
 * @returns {string | undefined}
 */
export function builtFile(folder, source) {
  if (!source.endsWith('.ts') || source.endsWith('.test.ts') || source.endsWith('.d.ts')) return undefined;
  return join(folder, 'dist', relative(join(folder, 'src'), source).replace(/\.ts$/, '.js'));
}

/**
 * Compiles one file as the build does, but without looking at any other: some milliseconds, and no check of types.
 *
 * @param {string} folder of the package
 * @param {string} source path of the file; one that is gone is removed from the build too
 * @returns {string[]} what is wrong with its syntax; then nothing is written
 */
export function compileFile(folder, source) {
  const built = builtFile(folder, source);
  if (built === undefined) return [];
  const text = readSource(source);
  if (text === undefined) {
    rmSync(built, { force: true });
    return [];
  }
  const { outputText, sourceMapText, diagnostics = [] } = transpile(folder, source, text);
  const problems = diagnostics.map((diagnostic) => describe(source, diagnostic));
  if (problems.length > 0) return problems;
  mkdirSync(dirname(built), { recursive: true });
  if (sourceMapText !== undefined) writeWhole(`${built}.map`, sourceMapText, 0o644);
  writeWhole(built, outputText, 0o644);
  return [];
}

/**
 * @param {string} folder
 * @param {string} source
 * @param {string} text
 */
function transpile(folder, source, text) {
  const file = join(folder, 'tsconfig.build.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(file, (path) => ts.sys.readFile(path)).config,
    ts.sys,
    folder,
  );
  return ts.transpileModule(text, {
    fileName: source,
    reportDiagnostics: true,
    // All packages are ES modules, which the compiler cannot know from one file.
    compilerOptions: { ...options, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  });
}

/** @param {string} source */
function readSource(source) {
  try {
    return readFileSync(source, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param {string} source @param {ts.Diagnostic} diagnostic */
function describe(source, { file, start, messageText }) {
  const line = file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
  return `${source}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}

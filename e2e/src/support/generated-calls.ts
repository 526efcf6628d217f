import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFailure } from '@millrace/local/failure';
import { ensurePython } from '@millrace/local/python';
import { platformEnvironment, readEndpoints, REPOSITORY } from './platform.js';

/** Calls that Schemathesis makes up from `/openapi.json`. */
export interface Campaign {
  readonly token: string;
  /** The paths, as a regular expression. */
  readonly paths: string;
  /** Calls of each operation at most, beside those of its examples. */
  readonly cases: number;
  /** The same calls in each run. */
  readonly repeatable: boolean;
  /** What stands in paths: by operation, or for all others (`*`), by parameter; a list is used up. */
  readonly ids: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** The most calls in a minute. */
  readonly perMinute?: number;
}

/** By operation: how often each status was answered. */
export type AnsweredCalls = Readonly<Record<string, Readonly<Record<string, number>>>>;

const FOLDER = join(REPOSITORY, 'e2e', 'schemathesis');

/** What every answer is held against. That the API refuses what its document does not allow is another question, which other tests ask. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
];

/** The interpreter that runs Schemathesis. Rejects with what is missing on this machine, and how to get it. */
export async function schemathesisPython(): Promise<string> {
  const env = platformEnvironment();
  const runtimeDir = env['MILLRACE_RUNTIME_DIR'] ?? '';
  try {
    return await ensurePython({ repoRoot: REPOSITORY, runtimeDir, env, of: 'schemathesis' });
  } catch (error) {
    throw new Error(describeFailure(error), { cause: error });
  }
}

/** Makes the calls; rejects with everything that was wrong, each with the command that shows it. */
export async function generatedCalls(python: string, campaign: Campaign): Promise<AnsweredCalls> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-schemathesis-'));
  try {
    const callsFile = join(folder, 'calls.json');
    const env = {
      ...platformEnvironment(),
      SCHEMATHESIS_HOOKS: 'hooks',
      PYTHONPATH: FOLDER,
      PYTHONDONTWRITEBYTECODE: '1',
      MILLRACE_GENERATED_CALLS: JSON.stringify({ ids: campaign.ids, calls_file: callsFile }),
    };
    await run(python, argumentsOf(campaign), { cwd: folder, env });
    return JSON.parse(readFileSync(callsFile, 'utf8')) as AnsweredCalls;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function argumentsOf({ token, paths, cases, repeatable, perMinute }: Campaign): string[] {
  return [
    ...['-m', 'schemathesis.cli', 'run', new URL('/openapi.json', readEndpoints().api_url).href],
    `--header=Authorization: Bearer ${token}`,
    `--include-path-regex=${paths}`,
    // Streams, one of which never ends.
    '--exclude-path-regex=/(events|listen)$',
    `--checks=${CHECKS.join(',')}`,
    // Calls that follow from each other's answers are in the other tests: lists and records are a moment behind.
    `--phases=${repeatable ? 'examples,fuzzing' : 'examples,coverage,fuzzing'}`,
    `--max-examples=${cases}`,
    ...(repeatable ? ['--generation-deterministic', '--seed=1'] : ['--generation-database=none']),
    ...(perMinute === undefined ? [] : [`--rate-limit=${perMinute}/m`]),
    ...['--workers=1', '--suppress-health-check=all', '--continue-on-failure'],
    ...['--request-timeout=60', '--output-truncate=false', '--warnings=off', '--no-color'],
  ];
}

function run(python: string, args: string[], where: { cwd: string; env: NodeJS.ProcessEnv }): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(python, args, { ...where, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) =>
      error === null ? resolve() : reject(new Error(`${stdout}\n${stderr}`)),
    );
  });
}

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFailure } from '@millrace/local/failure';
import { ensurePython } from '@millrace/local/python';
import { EXECUTABLE_STEP_TYPES } from '@millrace/schema';
import { platformEnvironment, readEndpoints, REPOSITORY } from './platform.js';

/** Calls that Schemathesis makes up from `/openapi.json`. */
export interface Campaign {
  readonly token: string;
  /** Their ids. */
  readonly operations: readonly string[];
  /** Calls of each operation at most, beside those of its examples. */
  readonly cases: number;
  /** The same calls in each run. */
  readonly repeatable: boolean;
  /** What is in paths: by operation, or for all others (`*`), by parameter; a list is used up. */
  readonly ids: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** The most calls in a minute. */
  readonly perMinute?: number;
}

/** By operation: how often each status was returned. */
export type AnsweredCalls = Readonly<Record<string, Readonly<Record<string, number>>>>;

const FOLDER = join(REPOSITORY, 'e2e', 'schemathesis');

/**
 * Processes, each with a part of the operations: making calls up takes as long as serving them. Not threads of one, which take turns, and of
 * which Python 3.11 confuses what they parse.
 */
const PROCESSES = availableParallelism();

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

/** Neighbours stay together: what one of them deletes is what another one of the same part has read before. */
function partOf<Item>(items: readonly Item[], part: number, of: number): Item[] {
  return items.slice(Math.floor(((part - 1) * items.length) / of), Math.floor((part * items.length) / of));
}

/**
 * What of the operations a run is about: `2/6` is the second of six parts; names, with commas between them, are these.
 *
 * @throws if it chooses nothing
 */
export function chosen<Operation extends { readonly id: string }>(
  operations: readonly Operation[],
  choice: string | undefined,
): readonly Operation[] {
  if (choice === undefined) return operations;
  const [, part, of] = /^(\d+)\/(\d+)$/.exec(choice) ?? [];
  const names = choice.split(',');
  const found =
    part === undefined
      ? operations.filter(({ id }) => names.includes(id))
      : partOf(operations, Number(part), Number(of));
  const missing = part === undefined ? names.filter((name) => !operations.some(({ id }) => id === name)) : [];
  if (found.length === 0 || missing.length > 0) throw new Error(`MILLRACE_E2E_OPERATIONS: no operation ${choice}`);
  return found;
}

/** Makes the calls; rejects with everything that was wrong, each with the command that shows it. */
export async function generatedCalls(python: string, campaign: Campaign): Promise<AnsweredCalls> {
  const { operations, perMinute } = campaign;
  // Without a name Schemathesis would take all.
  if (operations.length === 0) return {};
  // What may not be quicker is done by one. The calls of an operation are the same whichever process makes them.
  const count = perMinute === undefined ? Math.min(PROCESSES, operations.length) : 1;
  const parts = Array.from({ length: count }, (_, part) => partOf(operations, part + 1, count));
  const results = await Promise.allSettled(parts.map((part) => callsOf(python, { ...campaign, operations: part })));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  if (failures.length > 0) throw new Error(failures.join('\n'));
  return Object.assign({}, ...results.map((result) => (result as { value?: AnsweredCalls }).value)) as AnsweredCalls;
}

/** The calls of one process. */
async function callsOf(python: string, campaign: Campaign): Promise<AnsweredCalls> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-schemathesis-'));
  try {
    const callsFile = join(folder, 'calls.json');
    const env = {
      ...platformEnvironment(),
      SCHEMATHESIS_HOOKS: 'hooks',
      PYTHONPATH: FOLDER,
      PYTHONDONTWRITEBYTECODE: '1',
      // How far a long run has come is shown meanwhile.
      PYTHONUNBUFFERED: '1',
      MILLRACE_GENERATED_CALLS: JSON.stringify({
        ids: campaign.ids,
        step_types: EXECUTABLE_STEP_TYPES,
        calls_file: callsFile,
      }),
    };
    await run(python, argumentsOf(campaign), { cwd: folder, env, isShown: !campaign.repeatable });
    return JSON.parse(readFileSync(callsFile, 'utf8')) as AnsweredCalls;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function argumentsOf({ token, operations, cases, repeatable, perMinute }: Campaign): string[] {
  return [
    ...['-m', 'schemathesis.cli', `--config-file=${join(FOLDER, 'schemathesis.toml')}`],
    ...['run', new URL('/openapi.json', readEndpoints().api_url).href],
    `--header=Authorization: Bearer ${token}`,
    ...operations.map((id) => `--include-operation-id=${id}`),
    `--checks=${CHECKS.join(',')}`,
    // Calls that follow from each other's answers are in the other tests: lists and records are a moment behind.
    `--phases=${repeatable ? 'examples,fuzzing' : 'examples,coverage,fuzzing'}`,
    `--max-examples=${cases}`,
    ...(repeatable
      ? ['--generation-deterministic', `--seed=${process.env['MILLRACE_E2E_SEED'] ?? '1'}`]
      : ['--generation-database=none']),
    ...(perMinute === undefined ? [] : [`--rate-limit=${perMinute}/m`]),
    ...['--workers=1', '--suppress-health-check=all', '--continue-on-failure'],
    ...['--request-timeout=60', '--output-truncate=false', '--warnings=off', '--no-color'],
  ];
}

interface ProcessOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly isShown: boolean;
}

function run(python: string, args: string[], { isShown, ...where }: ProcessOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(python, args, { ...where, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) =>
      error === null ? resolve() : reject(new Error(`${stdout}\n${stderr}`)),
    );
    if (isShown) child.stdout?.pipe(process.stderr, { end: false });
  });
}

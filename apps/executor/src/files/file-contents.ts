import { LIMITS } from '@millrace/contracts';
import type { StoredFile } from '@millrace/messaging';
import { ExpressionError } from '@millrace/expression';
import type { Task } from '../engine/frames.js';
import { StepFailure } from '../steps/step-failure.js';
import type { ContextOfFiles } from './execution-files.js';
import { LoadedFiles } from './loaded-files.js';

/** The contents that one run of a step reads, by the ids of their files. */
export type Contents = ReadonlyMap<string, Uint8Array>;

/**
 * The contents of files that expressions read. These are pure and cannot wait: a text that reads a file whose content is not there fails with the id of the
 * file (`E_FILE`), the content is loaded, and the text is evaluated again. It gives the same then, but for what it could not read: files never change.
 */
export class FileContents {
  readonly #byTask = new Map<Task, Map<string, Uint8Array>>();

  constructor(
    private readonly context: Pick<ContextOfFiles, 'organisationId' | 'files'>,
    /** Told how many bytes a step run holds of files. */
    private readonly holding: (task: Task, bytes: number) => void = () => undefined,
  ) {}

  /** What is loaded for a step run. */
  of(task: Task): Contents {
    return this.#byTask.get(task) ?? NONE;
  }

  /** Loads the content that an evaluation of the step run lacked. Throws StepFailure FILE_NOT_FOUND and FILE_TOO_LARGE, AppError SERVICE_UNAVAILABLE. */
  async load(task: Task, fileId: string): Promise<void> {
    const { organisationId, files } = this.context;
    const loaded = this.#byTask.get(task) ?? new Map<string, Uint8Array>();
    if (loaded.size >= LIMITS.expressionFiles) throw tooMany();
    const stored = (await files?.find(organisationId, fileId)) ?? null;
    if (files === undefined || stored === null)
      throw new StepFailure('FILE_NOT_FOUND', 'A file that an expression reads does not exist, or not any more', {
        details: { file_id: fileId.slice(0, 100) },
      });
    requireSmall(stored, bytesOf(loaded));
    this.#byTask.set(task, loaded);
    // Before it is there: many step runs may wait for theirs.
    this.holding(task, bytesOf(loaded) + stored.size);
    loaded.set(fileId, await inProcess.content(files, organisationId, stored));
    this.holding(task, bytesOf(loaded));
  }

  /** The step run has been evaluated. */
  drop(task: Task): void {
    if (this.#byTask.delete(task)) this.holding(task, 0);
  }
}

const NONE: Contents = new Map();

/** All executions of the process share what is loaded. */
const inProcess = new LoadedFiles();

/** The id of the file whose content an evaluation lacks; undefined for any other error. */
export function lackedFile(error: unknown): string | undefined {
  return error instanceof ExpressionError ? error.file : undefined;
}

function tooMany(): StepFailure {
  const { expressionFiles: limit } = LIMITS;
  return new StepFailure(
    'FILE_TOO_LARGE',
    `The expressions of one step read at most ${limit} files: read them in a loop`,
    {
      details: { limit_files: limit },
    },
  );
}

/** The limits are those of what expressions may read, and not of files. */
function requireSmall({ size }: StoredFile, held: number): void {
  const { expressionFileBytes: one, expressionFilesBytes: all } = LIMITS;
  if (size > one)
    throw new StepFailure('FILE_TOO_LARGE', `Expressions read files of at most ${one} bytes, and one has ${size}`, {
      details: { limit_bytes: one, size_bytes: size },
    });
  if (held + size > all)
    throw new StepFailure('FILE_TOO_LARGE', `The expressions of one step read at most ${all} bytes of files together`, {
      details: { limit_bytes: all },
    });
}

function bytesOf(loaded: ReadonlyMap<string, Uint8Array>): number {
  return [...loaded.values()].reduce((sum, { length }) => sum + length, 0);
}

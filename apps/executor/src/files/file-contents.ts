import { AppError } from '@millrace/contracts';
import { contentOfFile, findLacked, type Contents } from '@millrace/service-kit/expression-files';
import type { Task } from '../engine/frames.js';
import { StepFailure } from '../steps/step-failure.js';
import type { ContextOfFiles } from './execution-files.js';

/** A file that is loaded, or about to be, for as many step runs. */
interface HeldFile {
  readonly content: Promise<Uint8Array>;
  readonly size: number;
  holders: number;
}

/**
 * The contents of files that the expressions of one execution read. These are pure and cannot wait: a text that reads a file whose content is not there fails with the id of the
 * file (`E_FILE`), the content is loaded, and the text is evaluated again. It gives the same then, but for what it could not read: files never change. What several step runs read
 * at the same time is there once, and counts once.
 */
export class FileContents {
  readonly #byTask = new Map<Task, Map<string, Uint8Array>>();
  /** The ids that a step run has or is about to have. */
  readonly #wanted = new Map<Task, Set<string>>();
  readonly #held = new Map<string, HeldFile>();
  #bytes = 0;

  constructor(
    private readonly context: Pick<ContextOfFiles, 'organisationId' | 'files'>,
    /** Called with how many bytes the execution holds of files, and which step run has changed that. */
    private readonly holding: (task: Task, bytes: number) => void = () => undefined,
  ) {}

  /** What is loaded for a step run. */
  of(task: Task): Contents {
    return this.#byTask.get(task) ?? NONE;
  }

  /** Loads the content that an evaluation of the step run lacked. Throws StepFailure FILE_NOT_FOUND and FILE_TOO_LARGE, AppError SERVICE_UNAVAILABLE. */
  async load(task: Task, fileId: string): Promise<void> {
    const loaded = this.#byTask.get(task) ?? new Map<string, Uint8Array>();
    this.#byTask.set(task, loaded);
    try {
      const stored = await findLacked(this.context, fileId, loaded);
      const content = await this.#hold(task, fileId, stored.size, () => contentOfFile(this.context, stored));
      loaded.set(fileId, content);
    } catch (error) {
      if (error instanceof AppError && error.code !== 'SERVICE_UNAVAILABLE') throw StepFailure.from(error);
      throw error;
    }
  }

  /** The step run has been evaluated. */
  drop(task: Task): void {
    this.#byTask.delete(task);
    const wanted = this.#wanted.get(task);
    if (wanted === undefined) return;
    this.#wanted.delete(task);
    for (const id of wanted) {
      const held = this.#held.get(id);
      if (held === undefined || --held.holders > 0) continue;
      this.#held.delete(id);
      this.#bytes -= held.size;
    }
    this.holding(task, this.#bytes);
  }

  /** Counts before it is there: many step runs may wait for theirs. */
  #hold(task: Task, fileId: string, size: number, load: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const wanted = this.#wanted.get(task) ?? new Set<string>();
    this.#wanted.set(task, wanted.add(fileId));
    let held = this.#held.get(fileId);
    if (held === undefined) {
      this.#bytes += size;
      this.#held.set(fileId, (held = { content: load(), size, holders: 0 }));
      // Whoever waits for it gets it.
      held.content.catch(() => undefined);
    }
    held.holders++;
    this.holding(task, this.#bytes);
    return held.content;
  }
}

const NONE: Contents = new Map();

import {
  AppError,
  fileIdIn,
  fileName,
  fileType,
  LIMITS,
  newFileId,
  type FileFacts,
  type FileReference,
} from '@millrace/contracts';
import type { FileStore } from '@millrace/messaging';
import { maskedBytes, redacted, type Redact, type TextMask } from '@millrace/service-kit/redaction';
import type { AbortSource } from '@millrace/service-kit/safe-http';
import { StepFailure } from '../steps/step-failure.js';

/** What is said of a file that a step writes. */
export interface WrittenFacts {
  readonly name: string | null | undefined;
  readonly type: string | null | undefined;
}

/** A file that a step reads. What is known of it is what was stored, whatever the value said that named it. */
export interface OpenFile extends FileFacts {
  /** Its content, from the beginning; any number of times. */
  read(): AsyncIterable<Uint8Array>;
}

/** The files of one attempt of a step. */
export interface CallFiles {
  /**
   * Stores content as it comes, without the values of secrets, and returns what later steps name it by. Throws FILE_TOO_LARGE,
   * QUOTA_EXCEEDED, STORAGE_FULL, SERVICE_UNAVAILABLE, StepFailure, and what `content` throws.
   */
  write(facts: WrittenFacts, content: AsyncIterable<Uint8Array>): Promise<FileReference>;
  /** Throws StepFailure where the step may write none, before anything is done for a file that cannot be kept. */
  requireWritable?(): void;
  /** The file that a value of a field names. Throws StepFailure EXPRESSION_FAILED when it names none, FILE_NOT_FOUND when there is none. */
  open(value: unknown, field: string): Promise<OpenFile>;
}

/** The part of a run that files need. */
export interface ContextOfFiles {
  readonly organisationId: string;
  readonly executionId: string;
  /** Where the files are; without, its steps have none. */
  readonly files?: FileStore;
  /** What is masked in files before they are stored. */
  readonly masks?: readonly Pick<TextMask, 'find'>[];
  /** Applied to everything that leaves a step, before it is recorded, read by another step or logged; null when there is nothing to hide. */
  readonly redact: Redact | null;
  /** Charges bytes that are stored to the organisation; returns why it may store no more, or null. Nobody is charged by default. */
  readonly chargeStored?: (bytes: number) => AppError | null;
}

/** Whose results are secret, and so what is written by it would be. */
interface Writer {
  readonly secretsInOutput: boolean;
}

/** Whether the attempt is over. */
type Stop = Pick<AbortSource, 'aborted' | 'reason'>;

/** The files of one execution: bounds them together, and charges them to its organisation. */
export class ExecutionFiles {
  #used: Promise<{ count: number; bytes: number }> | undefined;

  constructor(private readonly context: ContextOfFiles) {}

  /** Those of one attempt; `discard` removes what it wrote, since nothing will name that. */
  of(step: Writer, stop: Stop): CallFiles & { discard(): void } {
    const written: string[] = [];
    const requireWritable = (): void => {
      if (step.secretsInOutput) throw secretFile();
    };
    return {
      requireWritable,
      write: async (facts, content) => {
        requireWritable();
        const reference = await this.#write(facts, content, stop);
        written.push(reference.file.id);
        return reference;
      },
      open: (value, field) => this.#open(value, field),
      discard: () => {
        for (const id of written) void this.#store.remove(this.context.organisationId, id).catch(() => undefined);
      },
    };
  }

  get #store(): FileStore {
    const { files } = this.context;
    if (files === undefined) throw new Error('This run has no store of files');
    return files;
  }

  async #write({ name, type }: WrittenFacts, content: AsyncIterable<Uint8Array>, stop: Stop): Promise<FileReference> {
    const { organisationId, executionId, masks = [], redact, chargeStored } = this.context;
    const used = await (this.#used ??= this.#usage().catch((error: unknown) => {
      // The next one asks again.
      this.#used = undefined;
      throw error;
    }));
    if (used.count >= LIMITS.executionFiles) throw tooMany();
    const refused = chargeStored?.(LIMITS.fileOverheadBytes) ?? null;
    if (refused !== null) throw refused;
    used.count++;
    let taken = 0;
    const onBytes = (bytes: number): void => {
      if (stop.aborted) throw stop.reason;
      if (used.bytes + bytes > LIMITS.executionFileBytes) throw tooMuch();
      const refusal = chargeStored?.(bytes) ?? null;
      if (refusal !== null) throw refusal;
      used.bytes += bytes;
      taken += bytes;
    };
    const facts = redacted({ name: fileName(name), type: fileType(type) }, redact);
    try {
      const file = await this.#store.store({
        address: { organisation_id: organisationId, execution_id: executionId, file_id: newFileId(executionId) },
        name: facts.name,
        type: fileType(facts.type),
        content: masks.length === 0 ? content : maskedBytes(content, masks),
        onBytes,
      });
      return { file };
    } catch (error) {
      used.count--;
      used.bytes -= taken;
      throw error;
    }
  }

  async #open(value: unknown, field: string): Promise<OpenFile> {
    const id = fileIdIn(value);
    if (id === null) throw noFile(value, field);
    const { organisationId } = this.context;
    const stored = await this.#store.find(organisationId, id);
    if (stored === null)
      throw new StepFailure('FILE_NOT_FOUND', `config.${field} names a file that does not exist, or not any more`, {
        details: { field: `config.${field}`, file_id: id.slice(0, 100) },
      });
    const { name, type, size, sha256 } = stored;
    return { id, name, type, size, sha256, read: () => this.#store.read(organisationId, stored) };
  }

  /** What it has by now, also what was written before a crash. */
  async #usage(): Promise<{ count: number; bytes: number }> {
    const files = await this.#store.list(this.context.organisationId, this.context.executionId);
    return { count: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
  }
}

function noFile(value: unknown, field: string): StepFailure {
  // What is below `file` in a file is easily taken for the file itself.
  const isInside = fileIdIn({ file: value })?.startsWith('file_') === true;
  const is = isInside ? "is what is in a file's member `file`; give the value around it" : 'is none';
  return new StepFailure('EXPRESSION_FAILED', `config.${field} must be a file, {file: {id, …}}, and ${is}`, {
    details: { field: `config.${field}` },
  });
}

function tooMany(): AppError {
  return new AppError('FILE_TOO_LARGE', {
    message: `The execution has ${LIMITS.executionFiles} files, and may not have more; split the work over several executions`,
    details: { limit_files: LIMITS.executionFiles },
  });
}

function tooMuch(): AppError {
  return new AppError('FILE_TOO_LARGE', {
    message: `All files of the execution together are larger than ${LIMITS.executionFileBytes} bytes; split the work over several executions`,
    details: { limit_bytes: LIMITS.executionFileBytes },
  });
}

function secretFile(): StepFailure {
  return new StepFailure(
    'STEP_FAILED',
    'A step with secrets_in_output can write no file: files can be read by whoever reads executions',
    { isFinal: true },
  );
}

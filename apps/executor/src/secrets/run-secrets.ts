import { setImmediate as turn } from 'node:timers/promises';
import { AppError, type Failure, type RunRequest } from '@millrace/contracts';
import type { Keyring, SecretReader } from '@millrace/service-kit/sealing';
import { Permits } from '../executions/permits.js';
import { asBytes, redactionBy, TextMask, type Redact } from '@millrace/service-kit/redaction';
import type { WorkflowProgram } from '../steps/step-program.js';
import { KeptMasks } from './kept-masks.js';
import { ResultSealing } from './result-sealing.js';

/** Characters of the secrets whose masks are kept; each takes about a hundred times as many bytes. */
const KEPT_CHARACTERS = 256 * 1024;
/** Making a mask of so many characters takes a time that others notice. */
const LARGE_MASK = 4 * 1024;

/** What one run of an execution has of secrets. */
export interface RunSecrets {
  /** `{{secrets}}`: those that the version names and that exist. */
  readonly values: Readonly<Record<string, string>>;
  /** Null when nothing can be secret, so that nothing is looked through. */
  readonly redact: Redact | null;
  /** What is masked in files; none when nothing can be secret. */
  readonly masks: readonly TextMask[];
  /** Null when no step of the version has `secrets_in_output`. */
  readonly sealing: ResultSealing | null;
}

/** Which run of which organisation. */
type RunOf = Pick<RunRequest, 'organisation_id' | 'execution_id'>;

const NONE: RunSecrets = { values: {}, redact: null, masks: [], sealing: null };

/**
 * Gets what runs need of secrets. All that the version names are masked in all its steps, not those of one step: a loop hands
 * them on as its items.
 */
export class SecretsOfRuns {
  /** By the values themselves, so that executions of all versions share the same ones. */
  readonly #masks = new KeptMasks(KEPT_CHARACTERS);

  readonly #makers = new Permits(1);

  constructor(
    private readonly reader: Pick<SecretReader, 'read'>,
    private readonly keyring: Keyring,
  ) {}

  /** The failure of the execution when one of them cannot be opened, whoever tries. Throws SERVICE_UNAVAILABLE. */
  async of(request: RunOf, program: WorkflowProgram): Promise<RunSecrets | Failure> {
    try {
      return await this.#of(request, program);
    } catch (error) {
      if (!(error instanceof AppError) || error.entry.retryable) throw error;
      return { code: error.code, message: error.message };
    }
  }

  async #of(request: RunOf, { secrets, sealsResults }: WorkflowProgram): Promise<RunSecrets> {
    if (secrets.length === 0 && !sealsResults) return NONE;
    const { organisation_id: organisationId, execution_id: executionId } = request;
    const values = await this.reader.read(organisationId, secrets);
    const mask = await this.#maskOf(organisationId, Object.values(values));
    if (!sealsResults) return { values, redact: redactionBy([mask]), masks: [mask], sealing: null };
    if (!this.keyring.exists) {
      throw new AppError('SECRET_UNREADABLE', {
        message: 'A step has secrets_in_output, and this installation has no master key: set MILLRACE_MASTER_KEYS_FILE',
      });
    }
    const own = new TextMask();
    const sealing = new ResultSealing({ organisationId, executionId }, this.keyring, own);
    return { values, redact: redactionBy([mask, own]), masks: [mask, own], sealing };
  }

  /** Large ones are made one after the other, with a turn of the event loop for everybody else between them. */
  async #maskOf(organisationId: string, values: readonly string[]): Promise<TextMask> {
    const key = JSON.stringify(values);
    const known = this.#masks.get(organisationId, key);
    if (known !== undefined) return known;
    if (key.length < LARGE_MASK) return this.#made(organisationId, key, values);
    const release = await this.#makers.take();
    try {
      await turn();
      return this.#masks.get(organisationId, key) ?? this.#made(organisationId, key, values);
    } finally {
      release();
    }
  }

  #made(organisationId: string, key: string, values: readonly string[]): TextMask {
    const mask = new TextMask();
    // As bytes too: in files, and in texts that were read in another encoding.
    for (const value of values) for (const form of new Set([value, asBytes(value)])) mask.add(form);
    this.#masks.keep(organisationId, key, mask);
    return mask;
  }
}

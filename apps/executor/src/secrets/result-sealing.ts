import { LIMITS, type ExecutionEvent } from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { dataOf, type StepType } from '@millrace/schema';
import { openSealed, sealed, type Keyring } from '@millrace/service-kit/sealing';
import { StepFailure } from '../steps/step-failure.js';
import type { TextMask } from '@millrace/service-kit/redaction';

/** Which step run has a result. */
export interface ResultPlace {
  readonly path: string;
  readonly attempt: number;
}

/** Seals the results of one execution's steps that hold secrets, and opens them when it is resumed. */
export class ResultSealing {
  #characters = 0;

  constructor(
    private readonly execution: { readonly organisationId: string; readonly executionId: string },
    private readonly keyring: Keyring,
    /** Texts of the results are masked by it from then on, wherever they turn up. */
    private readonly mask: TextMask,
  ) {}

  /** The sealed form of a result. Throws StepFailure OUTPUT_TOO_LARGE. */
  seal(place: ResultPlace, type: StepType, output: unknown): string {
    const json = stringifyJson(output ?? null);
    if (Buffer.byteLength(json) > LIMITS.sealedOutputBytes) throw tooLarge({ limit_bytes: LIMITS.sealedOutputBytes });
    this.#remember(type, output);
    return sealed(json, this.#contextOf(place), this.keyring);
  }

  /** The event as it was before its output was sealed. Throws SealBrokenError, SERVICE_UNAVAILABLE. */
  opened(event: ExecutionEvent): ExecutionEvent {
    if (event.type !== 'step_completed' || event.sealed === undefined) return event;
    const output = parseJson(openSealed(event.sealed, this.#contextOf(event), this.keyring));
    this.#remember(event.step_type as StepType, output);
    return { ...event, output };
  }

  /** The event of another execution of the organisation, its output sealed for this one. Throws SealBrokenError, SERVICE_UNAVAILABLE. */
  adopted(event: ExecutionEvent, executionId: string): ExecutionEvent {
    if (event.type !== 'step_completed' || event.sealed === undefined) return event;
    const json = openSealed(event.sealed, this.#contextOf(event, executionId), this.keyring);
    return { ...event, sealed: sealed(json, this.#contextOf(event), this.keyring) };
  }

  #contextOf({ path, attempt }: ResultPlace, executionId = this.execution.executionId): string[] {
    return ['result', this.execution.organisationId, executionId, path, String(attempt)];
  }

  #remember(type: StepType, output: unknown): void {
    // Status and headers of a response are no secrets, and their texts are everywhere.
    for (const text of textsIn(dataOf(type, output))) {
      this.#characters += text.length;
      if (this.#characters > LIMITS.sealedTextCharacters)
        throw tooLarge({ limit_characters: LIMITS.sealedTextCharacters });
      this.mask.add(text);
    }
  }
}

function tooLarge(details: Record<string, number>): StepFailure {
  const message =
    'The output is too large for a step with secrets_in_output, or the execution has too many of them; return less, such as the token alone';
  return new StepFailure('OUTPUT_TOO_LARGE', message, { details });
}

/** The texts of a value that are long enough to be masked. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (value.length >= LIMITS.maskedCharacters) yield value;
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) yield* textsIn(item);
  }
}

import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  ExecutionDue,
  isId,
  isOpenStatus,
  LIMITS,
  NOT_REQUEUED,
  RunRequested,
  type DeadLetter,
  type DeadLetterDetail,
  type DeadLetterList,
  type RequeuedDeadLetter,
} from '@millrace/contracts';
import { BUS, RequeueRefusedError, type Bus, type StoredDeadLetter } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { ExecutionsService } from '../executions/executions.service.js';
import { shownPayload } from './shown-payload.js';

/** The question about one dead letter. */
export interface LetterQuestion {
  readonly dead_letter_id: string;
}

const PREFIX = 'dl_';
/** What makes an execution go on: nothing comes of it when it has ended. */
const RUNS_IT: readonly string[] = [RunRequested.name, ExecutionDue.name];

/** Messages that could not be processed, of all organisations. Every method throws SERVICE_UNAVAILABLE. */
@Injectable()
export class DeadLettersService {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly executions: ExecutionsService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One page, oldest first. */
  async list({
    limit,
    starting_after: after,
  }: {
    limit: number;
    starting_after?: string | undefined;
  }): Promise<DeadLetterList> {
    const from = after === undefined ? 1 : sequenceIn(after) + 1;
    const { letters, more } = await this.bus.deadLetters.page(from, Math.min(limit, LIMITS.pageSize));
    const dead_letters = letters.map(presented);
    return { dead_letters, next_cursor: more ? (dead_letters.at(-1)?.id ?? null) : null, has_more: more };
  }

  /** Throws DEAD_LETTER_NOT_FOUND. */
  async get(question: LetterQuestion): Promise<DeadLetterDetail> {
    const letter = await this.#find(question);
    return { ...presented(letter), ...(await shownPayload(letter)) };
  }

  /** Puts one back where it came from. Throws DEAD_LETTER_NOT_FOUND, DEAD_LETTER_NOT_REQUEUED, STORAGE_FULL. */
  async requeue(question: LetterQuestion): Promise<RequeuedDeadLetter> {
    const letter = await this.#find(question);
    const { id, ...known } = presented(letter);
    try {
      if (await this.#isOver(letter)) throw new RequeueRefusedError('execution_over');
      const place = await this.bus.deadLetters.requeue(letter.sequence);
      if (place === null) throw notFound(question);
      this.logger.info({ deadLetter: id, ...known }, 'A dead letter was put back where it came from');
      return { id, ...place };
    } catch (error) {
      if (!(error instanceof RequeueRefusedError)) throw error;
      const { why } = error;
      throw new AppError('DEAD_LETTER_NOT_REQUEUED', {
        message: NOT_REQUEUED[why],
        details: { dead_letter_id: id, why, execution_id: known.execution_id },
        cause: error,
      });
    }
  }

  /** Deletes one. Throws DEAD_LETTER_NOT_FOUND. */
  async discard(question: LetterQuestion): Promise<LetterQuestion> {
    const letter = await this.#find(question);
    if (!(await this.bus.deadLetters.remove(letter.sequence))) throw notFound(question);
    this.logger.info({ deadLetter: question.dead_letter_id, ...presented(letter) }, 'A dead letter was deleted');
    return { dead_letter_id: question.dead_letter_id };
  }

  async #find(question: LetterQuestion): Promise<StoredDeadLetter> {
    const letter = await this.bus.deadLetters.find(sequenceIn(question.dead_letter_id));
    if (letter === null) throw notFound(question);
    return letter;
  }

  /** Whether it is to run an execution that has ended. One of which nothing is known any more would begin anew. */
  async #isOver(letter: StoredDeadLetter): Promise<boolean> {
    const { message, organisation_id, execution_id } = presented(letter);
    if (message === null || !RUNS_IT.includes(message)) return false;
    if (organisation_id === null || execution_id === null) return true;
    try {
      const { status } = await this.executions.get({ organisation_id, execution_id, steps: 'none' });
      return !isOpenStatus(status);
    } catch (error) {
      if (error instanceof AppError && error.code === 'EXECUTION_NOT_FOUND') return true;
      throw error;
    }
  }
}

function presented(letter: StoredDeadLetter): DeadLetter {
  const { sequence, storedAt, group, message, stream, consumer, subject, reason, deliveries, bytes } = letter;
  const tokens = subject.split('.');
  return {
    id: `${PREFIX}${sequence}`,
    at: storedAt.toISOString(),
    ...{ service: group, message, stream, consumer, subject },
    organisation_id: tokens.find((token) => isId('organisation', token)) ?? null,
    execution_id: tokens.find((token) => isId('execution', token)) ?? null,
    ...{ reason, deliveries, bytes },
  };
}

/** Throws DEAD_LETTER_NOT_FOUND for what is no id of one. */
function sequenceIn(id: string): number {
  if (!isId('dead_letter', id)) throw notFound({ dead_letter_id: id });
  return Number(id.slice(PREFIX.length));
}

function notFound({ dead_letter_id }: LetterQuestion): AppError {
  return new AppError('DEAD_LETTER_NOT_FOUND', { details: { dead_letter_id } });
}

import { AppError } from '@millrace/contracts';

/** Waits for `work` no longer than that. Throws SERVICE_UNAVAILABLE then; the work itself goes on, and what becomes of it is not heard of. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new AppError('SERVICE_UNAVAILABLE', { message: `No answer came within ${milliseconds} ms` });
    timer = setTimeout(() => reject(error), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

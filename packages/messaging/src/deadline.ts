/**
 * Resolves or rejects as `work` does, or as `late` returns or throws when that takes longer than `milliseconds`. The work
 * itself goes on; what becomes of it then is ignored.
 */
export async function withDeadline<Result, Late = never>(
  work: Promise<Result>,
  milliseconds: number,
  late: () => Late,
): Promise<Result | Late> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    return await Promise.race([work, deadline.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}

import type { ContainerHandler } from './step-handler.js';

/** Output: an object with the last output of each branch, by its name or position. */
export const parallel: ContainerHandler<'parallel'> = {
  kind: 'container',
  compile(config) {
    const opening = { kind: 'parallel', continueOnError: config.on_error === 'continue' } as const;
    return () => opening;
  },
};

import type { ContainerHandler } from './step-handler.js';

/** Output: an object with the last output of each branch, by its name or position. */
export const parallel: ContainerHandler<'parallel'> = {
  kind: 'container',
  compile(config) {
    const firstSuccess = config.mode === 'first_success';
    const tolerated = firstSuccess ? config.branches.length - 1 : config.tolerated_failures;
    const opening = {
      kind: 'parallel',
      tolerated: config.on_error === 'continue' ? Infinity : tolerated,
      firstSuccess,
    } as const;
    return () => opening;
  },
};

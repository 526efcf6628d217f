import { EXECUTABLE_STEP_TYPES } from '@millrace/schema';
import { systemClock } from '../clock.js';
import { stepHandlers } from './registry.js';

describe('the registry', () => {
  it('has a handler for every step type that saving a workflow does not warn of, and no other', () => {
    const client = { request: () => Promise.reject(new Error('not called')) };
    const handlers = stepHandlers({
      http: { client, userAgent: '', clock: systemClock },
    });
    expect(Object.keys(handlers).sort()).toEqual([...EXECUTABLE_STEP_TYPES].sort());
  });
});

import { EXECUTABLE_STEP_TYPES } from '@millrace/schema';
import { stepHandlers } from './registry.js';

describe('the registry', () => {
  it('has a line for every step type that saving a workflow does not warn of, and no other', () => {
    expect(Object.keys(stepHandlers({})).sort()).toEqual([...EXECUTABLE_STEP_TYPES].sort());
  });
});

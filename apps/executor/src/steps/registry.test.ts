import { EXECUTABLE_STEP_TYPES } from '@millrace/contracts';
import { STEP_TYPES } from '@millrace/schema';
import { stepRegistry } from './registry.js';

describe('the registry', () => {
  it('has a line for every step type, and no other', () => {
    expect(Object.keys(stepRegistry).sort()).toEqual([...STEP_TYPES].sort());
  });

  it('has handlers for the types that saving a workflow does not warn of', () => {
    const handled = Object.entries(stepRegistry).filter(([, handler]) => handler.kind !== 'unavailable');
    expect(handled.map(([type]) => type).sort()).toEqual([...EXECUTABLE_STEP_TYPES].sort());
  });
});

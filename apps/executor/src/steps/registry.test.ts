import { STEP_TYPES } from '@millrace/schema';
import { stepRegistry } from './registry.js';

describe('the registry', () => {
  it('has a line for every step type, and no other', () => {
    expect(Object.keys(stepRegistry).sort()).toEqual([...STEP_TYPES].sort());
  });
});

import { EXECUTABLE_STEP_TYPES } from '@millrace/schema';
import { reachesOutside, stepHandlers, type HandlerNeeds } from './registry.js';

describe('the registry', () => {
  it('has a line for every step type that saving a workflow does not warn of, and no other', () => {
    expect(Object.keys(stepHandlers({})).sort()).toEqual([...EXECUTABLE_STEP_TYPES].sort());
  });

  it('knows which steps may have had an effect outside once they have begun', () => {
    const handlers = stepHandlers({ http: {}, email: {}, ai_completion: {}, code: {} } as HandlerNeeds);
    const reaching = EXECUTABLE_STEP_TYPES.filter((type) => reachesOutside(handlers, type));
    expect(reaching).toEqual(expect.arrayContaining(['ai_completion', 'email', 'http']));
    for (const inside of ['code', 'transform', 'loop', 'wait', 'respond'] as const)
      expect(reaching).not.toContain(inside);
    // Begun by an executor that knows it.
    expect(reachesOutside(handlers, 'of_a_later_version')).toBe(true);
    expect(reachesOutside(stepHandlers({}), 'code')).toBe(true);
  });
});

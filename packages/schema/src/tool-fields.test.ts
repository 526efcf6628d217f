import { FIELD_LIMITS } from './limits.js';
import { planWorkflow } from './plan-workflow.js';
import { validateWorkflow } from './validate-workflow.js';

const steps = [{ id: 'give', type: 'transform', config: { output: 1 } }];
const problemsOf = (tool: object) =>
  validateWorkflow({ name: 'x', steps, settings: { tool } }).problems.map(({ path }) => path);

const TOOL = { name: 'find_order', description: 'Finds an order', input_schema: { type: 'object' } };

it('a workflow says what models get about it', () => {
  expect(problemsOf(TOOL)).toEqual([]);
  expect(planWorkflow({ name: 'x', steps, settings: { tool: TOOL } }).tool).toEqual(TOOL);
  expect(planWorkflow({ name: 'x', steps }).tool).toBeNull();
});

it.each([
  [{ ...TOOL, name: 'find order' }, 'settings.tool.name'],
  [{ ...TOOL, name: 'x'.repeat(FIELD_LIMITS.toolNameLength + 1) }, 'settings.tool.name'],
  [{ ...TOOL, description: '' }, 'settings.tool.description'],
  [{ ...TOOL, input_schema: { type: 'string' } }, 'settings.tool.input_schema'],
  [{ ...TOOL, input_schema: { type: 'object', pattern: '(a+)+' } }, 'settings.tool.input_schema.pattern'],
  [{ name: 'find_order' }, 'settings.tool.description'],
])('and is refused when no model could be told that: %j', (tool, path) => {
  expect(problemsOf(tool)).toEqual([path]);
});

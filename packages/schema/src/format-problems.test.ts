import { formatProblems, summariseProblems } from './format-problems.js';
import type { Problem } from './problem.js';
import { validateWorkflow } from './validate-workflow.js';

const text = `name: x
steps:
  - id: a
    type: transform
    config: { output: 'Hi {{nam.output}}' }
`;

describe('formatProblems', () => {
  it('shows place, message, the expression with carets, and the hint', () => {
    const { problems } = validateWorkflow(text);
    expect(formatProblems(problems, { file: 'flow.yaml' }).split('\n').slice(0, 4)).toEqual([
      'error    steps[0].config.output  (flow.yaml:5:29)',
      '         there is no step and no value "nam" here',
      '           Hi {{nam.output}}',
      '                ^^^',
    ]);
    expect(summariseProblems(problems)).toBe('1 error, 0 warnings');
  });

  it('is empty without problems', () => {
    expect(formatProblems([])).toBe('');
    expect(summariseProblems([])).toBe('0 errors, 0 warnings');
  });

  it('names the workflow when a problem is about all of it', () => {
    expect(formatProblems(validateWorkflow([]).problems)).toMatch(
      /^error {4}workflow\n {9}a workflow must be an object\n {9}hint: /,
    );
  });

  it('shows the place in a text that begins with an empty line', () => {
    const problem: Problem = {
      severity: 'error',
      code: 'expression',
      path: 'output',
      message: 'm',
      excerpt: '\na',
      span: [0, 1],
    };
    expect(formatProblems([problem]).split('\n').slice(1)).toEqual(['         m', '           ', '           ^']);
  });
});

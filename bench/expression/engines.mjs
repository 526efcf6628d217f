// One adapter for each engine: how to compile a text to a function of a context. `wrap` prepares a context once.

/**
 * @typedef {object} Engine
 * @property {import('./cases.mjs').Syntax} syntax
 * @property {string} title
 * @property {boolean} safe whether user text may be given to it
 * @property {boolean} [asynchronous]
 * @property {(text: string) => (context: any) => any} compile
 * @property {(context: Record<string, any>) => any} [wrap]
 */

/** @type {Record<string, () => Promise<Engine>>} */
export const ENGINES = {
  native: async () => ({
    syntax: 'native',
    title: 'native new Function',
    safe: false,
    // Roots are read from the context, the fastest form there is.
    compile: (text) =>
      /** @type {(context: any) => any} */ (
        // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is what the others are compared with
        new Function(
          'c',
          `return ${text.replace(/(?<![\w."|])(input|secrets|variables|step1|step2|response)\b/g, 'c.$1')}`,
        )
      ),
  }),
  millrace: async () => {
    const { compileExpression } = await import('@millrace/expression');
    return {
      syntax: 'millrace',
      title: '@millrace/expression',
      safe: true,
      compile: (text) => {
        const program = compileExpression(text);
        return (context) => program.evaluate(context);
      },
      wrap: stepped,
    };
  },
  'millrace-lookup': async () => {
    const { compileExpression } = await import('@millrace/expression');
    return {
      syntax: 'millrace',
      title: '@millrace/expression, program looked up by text each time',
      safe: true,
      compile: (text) => (context) => compileExpression(text).evaluate(context),
      wrap: stepped,
    };
  },
  cel: async () => {
    const { parse } = await import('@marcbachmann/cel-js');
    return { syntax: 'cel', title: '@marcbachmann/cel-js 8.0.0', safe: true, compile: (text) => parse(text) };
  },
  jexl: async () => {
    const { default: jexl } = await import('jexl');
    jexl.addTransform('length', (items) => items.length);
    return {
      syntax: 'jexl',
      title: 'jexl 2.3.0',
      safe: true,
      compile: (text) => {
        const expression = jexl.compile(text);
        return (context) => expression.evalSync(context);
      },
    };
  },
  jsonata: async () => {
    const { default: jsonata } = await import('jsonata');
    return {
      syntax: 'jsonata',
      title: 'jsonata 2.2.2',
      safe: true,
      asynchronous: true,
      compile: (text) => {
        const expression = jsonata(text);
        return (context) => expression.evaluate(context);
      },
    };
  },
  angular: async () => {
    const { default: expressions } = await import('angular-expressions');
    return {
      syntax: 'angular',
      title: 'angular-expressions 1.6.0',
      safe: true,
      compile: (text) => expressions.compile(text),
    };
  },
};

/** Our context has step results under `steps`. @param {Record<string, any>} context */
function stepped({ step1, step2, response, ...roots }) {
  return { ...roots, steps: { step1, step2, response } };
}

// The ten expressions of the comparison, in the syntax of each engine, and the contexts they are evaluated against.

/** @typedef {'native' | 'millrace' | 'cel' | 'jexl' | 'jsonata' | 'angular'} Syntax */

/** @type {Record<Syntax, string>[]} */
export const EXPRESSIONS = [
  same('"Hello " + input.name', { jsonata: '"Hello " & input.name' }),
  same('step1.output.count + step2.output.count'),
  same('input.priority == "high" ? "urgent" : "normal"', { jsonata: 'input.priority = "high" ? "urgent" : "normal"' }),
  same('input.items.length', { cel: 'size(input.items)', jexl: 'input.items|length', jsonata: '$count(input.items)' }),
  same('input.items[0].name'),
  same('"Bearer " + secrets.api_key', { jsonata: '"Bearer " & secrets.api_key' }),
  same('step1.output.score > 0.8'),
  same('input.status == "open"', { jsonata: 'input.status = "open"' }),
  same('response.data.user.email'),
  same('input.amount > 100 && input.status == "open" || !variables.strict', {
    jsonata: 'input.amount > 100 and input.status = "open" or $not(variables.strict)',
  }),
];

/**
 * Filter and map over 20 items. Jexl and angular-expressions have no functions in their language.
 * @type {Partial<Record<Syntax, string>>}
 */
export const LAMBDA = {
  native: 'input.items.filter(i => i.price > 5).map(i => i.price * i.qty)',
  millrace: 'input.items.filter(i => i.price > 5).map(i => i.price * i.qty)',
  cel: 'input.items.filter(i, i.price > 5.0).map(i, i.price * i.qty)',
  jsonata: 'input.items[price > 5].(price * qty)',
};

/**
 * @param {string} text
 * @param {Partial<Record<Syntax, string>>} [others]
 * @returns {Record<Syntax, string>}
 */
function same(text, others = {}) {
  return { native: text, millrace: text, cel: text, jexl: text, jsonata: text, angular: text, ...others };
}

/**
 * Contexts of as many different shapes as asked for: every object has keys of its own before the common ones, as the
 * payloads of different workflows do. Optimised code then meets megamorphic property reads, not one hidden class.
 * @param {number} count
 */
export function contexts(count) {
  return Array.from({ length: count }, (_, number) => {
    /** @param {Record<string, unknown>} fields */
    const shaped = (fields) => {
      /** @type {Record<string, unknown>} */
      const result = {};
      for (let extra = 0; extra <= number % 8; extra++) result[`only_${String(number)}_${String(extra)}`] = extra;
      return Object.assign(result, fields);
    };
    return shaped({
      input: shaped({
        name: `Ada ${String(number)}`,
        priority: number % 2 === 0 ? 'high' : 'low',
        status: number % 3 === 0 ? 'open' : 'closed',
        amount: number * 10 + 0.5,
        items: Array.from({ length: 20 }, (__, index) =>
          shaped({ name: `i${String(index)}`, price: index + 0.5, qty: 2.5 }),
        ),
      }),
      variables: shaped({ strict: true }),
      secrets: shaped({ api_key: `key-${String(number)}` }),
      step1: shaped({ output: shaped({ count: number + 0.5, score: (number % 10) / 10 + 0.05 }) }),
      step2: shaped({ output: shaped({ count: 2.25 }) }),
      response: shaped({ data: shaped({ user: shaped({ email: `ada${String(number)}@example.com` }) }) }),
    });
  });
}

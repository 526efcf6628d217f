import { LIMITS } from '@millrace/contracts';
import { listFields, tagTerm, wordsOf } from './list-fields.js';

describe('what lists find a workflow by', () => {
  it('is its words, tags and types of triggers, each once', () => {
    const document = {
      name: 'Order Intake',
      description: 'Takes each order, e-mails the CRM.',
      tags: ['Support', ' support ', 'Zürich'],
      triggers: [{ type: 'webhook' }, { type: 'schedule' }, { type: 'webhook' }],
    };
    expect(listFields(document, 7)).toEqual({
      tags: ['Support', 'support', 'Zürich'],
      trigger_types: ['webhook', 'schedule'],
      terms: [
        ...['order', 'intake', 'takes', 'each', 'e', 'mails', 'the', 'crm'],
        ...['#support', '#zurich', '@webhook', '@schedule'],
      ],
      name_key: 'order intake',
      listed_version: 7,
    });
  });

  it('is the same in whatever case, accents and composition of characters it is written', () => {
    expect(wordsOf('CAFÉ cafe\u0301 Cafe', 10)).toEqual(['cafe']);
    expect(tagTerm('ÄÖ x')).toBe(tagTerm('a\u0308o\u0308 X'));
  });

  it('is read of whatever an older version let in', () => {
    const odd = { name: 'a', description: 7, tags: ['b', 1, null], trigger: { type: 3 } };
    expect(listFields(odd, 1)).toMatchObject({ tags: ['b'], trigger_types: [], terms: ['a', '#b'] });
    expect(listFields({ name: 'a', tags: 'b', trigger: { type: 'email' } }, 1)).toMatchObject({
      tags: [],
      trigger_types: ['email'],
    });
  });

  it('is bounded, however long the description is and its words are', () => {
    const words = Array.from({ length: 5_000 }, (_, index) => `word${index}`);
    const { terms } = listFields({ name: '𝒳'.repeat(200), description: words.join(' ') }, 1);
    expect(terms).toHaveLength(LIMITS.foundWords);
    expect(Math.max(...terms.map((term) => Array.from(term).length))).toBe(LIMITS.foundWordCharacters);
  });
});

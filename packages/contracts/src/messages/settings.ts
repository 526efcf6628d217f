import { z } from 'zod';
import { defineRequest } from '../message.js';
import {
  secretListSchema,
  secretResourceSchema,
  variableListSchema,
  variableResourceSchema,
} from '../http/settings.js';
import { deletedName, ifVersion, named, page, scoped } from './question-parts.js';

const written = { description: z.string().optional(), ...ifVersion };
const guarded = named.extend(ifVersion);

/** A page of the organisation's secrets, by name, without values. */
export const ListSecrets = defineRequest({
  subject: 'definitions.secrets.list',
  question: scoped.extend(page),
  answer: secretListSchema,
});

/**
 * Stores a secret; returns once executions read it. Only this question has a value in clear text, and questions are stored
 * nowhere. Errors: QUOTA_EXCEEDED, VERSION_CONFLICT, SERVICE_UNAVAILABLE without a master key.
 */
export const PutSecret = defineRequest({
  subject: 'definitions.secrets.put',
  question: named.extend({ value: z.string(), ...written }),
  answer: secretResourceSchema,
});

/** Errors: SECRET_NOT_FOUND, VERSION_CONFLICT. */
export const DeleteSecret = defineRequest({
  subject: 'definitions.secrets.delete',
  question: guarded,
  answer: deletedName,
});

/** Reports when secrets, of any organisations, were used last. Repeating it does no harm; one that is no more is left out. */
export const RecordSecretUses = defineRequest({
  subject: 'definitions.secrets.record-uses',
  question: z.object({ uses: z.array(named.extend({ used_at: z.string() })) }),
  answer: z.object({ recorded: z.number().int() }),
});

/** A page of the organisation's variables, by name. */
export const ListVariables = defineRequest({
  subject: 'definitions.variables.list',
  question: scoped.extend(page),
  answer: variableListSchema,
});

/** Stores a variable; returns once executions read it. Errors: INVALID_INPUT, QUOTA_EXCEEDED, VERSION_CONFLICT. */
export const PutVariable = defineRequest({
  subject: 'definitions.variables.put',
  question: named.extend({ value: z.unknown(), ...written }),
  answer: variableResourceSchema,
});

/** Errors: VARIABLE_NOT_FOUND, VERSION_CONFLICT. */
export const DeleteVariable = defineRequest({
  subject: 'definitions.variables.delete',
  question: guarded,
  answer: deletedName,
});

// What organisations may spend, and what becomes of it.
export { add, callId, NEW_ACCOUNT, reserve, reservedOf, set, settle } from './credits/credit-account.js';
export { safeInteger, StoredAccount } from './credits/stored-account.js';
export { CreditAccounts, type TellEntry } from './credits/credit-accounts.js';

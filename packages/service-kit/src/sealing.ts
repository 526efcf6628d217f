export { keyIdOf, openSealed, resealed, sealed, SealBrokenError, sealIdOf } from './sealing/envelope.js';
export { Keyring, masterKeysConfigShape } from './sealing/keyring.js';
export { parseMasterKeys } from './sealing/master-keys.js';
export { SecretReader } from './sealing/secret-reader.js';
export { SecretUses, secretUsesConfigShape } from './sealing/secret-uses.js';

export type { KeySuite } from '../identity/suite.js'
export {
  generateKey,
  importKey,
  type KeptKey,
  type KeyOptions,
  type OpenOptions,
  openKey,
  peerIdOfSealed,
} from './kept-key.js'
export { keystoreDefaults, type OpenLimits, type SealOptions } from './options.js'

export { type Bip340Backend, nobleBip340 } from './bip340.js'
export {
  generateSecp256k1Identity,
  type Secp256k1IdentityOptions,
  type Secp256k1Options,
  type Secp256k1Suite,
  secp256k1,
  secp256k1IdentityFromSecret,
} from './secp256k1.js'

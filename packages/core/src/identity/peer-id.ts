declare const peerIdBrand: unique symbol

/** A public key as text: `did:key:${peerId}` is a DID. Made by `parsePeerId` and `encodePeerId` alone. */
export type PeerId = string & { readonly [peerIdBrand]: true }

import { equalBytes } from '@rondo/core'
import { Address, NETWORK, OutScript, TEST_NETWORK } from '@scure/btc-signer'

/** How addresses are written. No script says for which network it is. */
export type BitcoinNetwork = 'mainnet' | 'testnet' | 'signet' | 'regtest'

const networks = {
  mainnet: NETWORK,
  testnet: TEST_NETWORK,
  signet: TEST_NETWORK,
  regtest: { ...TEST_NETWORK, bech32: 'bcrt' },
} as const

export function isBitcoinNetwork(value: unknown): value is BitcoinNetwork {
  return typeof value === 'string' && Object.hasOwn(networks, value)
}

/**
 * Undefined where the script has none. The library reads a script by its operations, however they are written; the network looks at
 * the bytes, and what does not have those of its address can be taken by anybody.
 */
export function addressOf(script: Uint8Array, network: BitcoinNetwork): string | undefined {
  try {
    const read = OutScript.decode(script)
    return equalBytes(OutScript.encode(read), script) ? Address(networks[network]).encode(read) : undefined
  } catch {
    return undefined
  }
}

import { platformCrypto } from '@rondo/core'
import { cpuUs } from '../ends/cpu-clock.ts'

// Signatures with nothing around them, by the provider that nodes use: of several keys in turn, as those of a round are.

const keys = 16
const messageBytes = 64

/** Processor time of one each. */
export interface CryptoCost {
  readonly signUs: number
  readonly verifyUs: number
}

export async function measureCrypto(times: number): Promise<CryptoCost> {
  const { ed25519 } = platformCrypto
  const message = new Uint8Array(messageBytes)
  const authors = await Promise.all(
    Array.from({ length: keys }, async (_, index) => {
      const seed = new Uint8Array(32).fill(index + 1)
      return { seed, publicKey: ed25519.publicKey(seed), signature: await ed25519.sign(seed, message) }
    }),
  )
  const rounds = Math.ceil(times / keys)
  const signUs = await costOf(rounds, () => authors.map(({ seed }) => ed25519.sign(seed, message)))
  const verifyUs = await costOf(rounds, () =>
    authors.map(({ publicKey, signature }) => ed25519.verify(publicKey, message, signature)),
  )
  return { signUs, verifyUs }
}

async function costOf(rounds: number, work: () => readonly unknown[]): Promise<number> {
  await Promise.all(work())
  const before = cpuUs()
  for (let round = 0; round < rounds; round += 1) await Promise.all(work())
  return (cpuUs() - before) / (rounds * keys)
}

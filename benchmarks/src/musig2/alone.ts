import { fileURLToPath } from 'node:url'
import { CalledProcess } from '../processes/bench-process.ts'
import type { CryptoEnds } from './crypto-process.ts'
import type { SigningCosts, SigningSize } from './steps.ts'

const program = fileURLToPath(new URL('./crypto-process.ts', import.meta.url))

/** What the cryptography of one signer costs by itself, at that moment. */
export type Alone = (size: SigningSize) => Promise<SigningCosts>

/** Lends a process that signs with nobody, and ends it afterwards. */
export async function withAlone<T>(label: string, use: (alone: Alone) => Promise<T>): Promise<T> {
  const options = { program, args: [], label: `${label}.crypto`, cpuProfDir: undefined }
  const process: CalledProcess<CryptoEnds> = new CalledProcess(options)
  try {
    return await use((size) => process.call('signing', 'measure', { size, times: timesOf(size) }))
  } finally {
    await process.end()
  }
}

function timesOf({ signers, items }: SigningSize): number {
  return Math.max(2, Math.round(20 / (signers * items)))
}

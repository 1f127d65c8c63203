import { serveCalls } from '../processes/serve-calls.ts'
import { measureSigning } from './bare-signing.ts'
import type { SigningCosts, SigningSize } from './steps.ts'

// A process that signs with nobody: what the cryptography alone costs, in the same run and with nothing beside it.

const signing = {
  measure: ({ size, times }: { readonly size: SigningSize; readonly times: number }): SigningCosts =>
    measureSigning(size, times),
}

/** What the process can be told to do. */
export interface CryptoEnds {
  readonly signing: typeof signing
}

process.on('disconnect', () => process.exit())
serveCalls({ signing })

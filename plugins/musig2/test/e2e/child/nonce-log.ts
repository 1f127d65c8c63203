import { appendFileSync, readFileSync } from 'node:fs'
import type { Signer } from '@rondo/plugin-musig2'
import { hex } from '@scure/base'

// A line for each nonce that is made, and one for each challenge that a nonce answers. Each is in the file before anything comes
// of it, so that no death of the process takes it back.

export type NonceLine =
  | { readonly did: 'made'; readonly life: number; readonly nonce: string }
  | { readonly did: 'signed'; readonly life: number; readonly nonce: string; readonly challenge: string }

interface LoggedNonce<SecretNonce> {
  readonly nonce: string
  readonly secretNonce: SecretNonce
}

/** `made` is called with what a key was used for in hand. */
export function loggedSigner<SecretNonce>(
  signer: Signer<SecretNonce>,
  file: string,
  made: (phase: string) => void,
): Signer<LoggedNonce<SecretNonce>> {
  const life = process.pid
  const log = (line: NonceLine): void => appendFileSync(file, `${JSON.stringify(line)}\n`)
  return {
    holds: (publicKey) => signer.holds(publicKey),
    async makeNonce(request) {
      const { publicNonce, secretNonce } = await signer.makeNonce(request)
      const nonce = hex.encode(publicNonce)
      log({ did: 'made', life, nonce })
      made('nonces')
      return { publicNonce, secretNonce: { nonce, secretNonce } }
    },
    async sign({ secretNonce: { nonce, secretNonce }, ...request }) {
      log({ did: 'signed', life, nonce, challenge: request.session.challenge.toString(16) })
      const partial = await signer.sign({ ...request, secretNonce })
      made('sign')
      return partial
    },
  }
}

export function readNonceLog(file: string): readonly NonceLine[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.filter((line) => line !== '').map((line): NonceLine => JSON.parse(line))
}

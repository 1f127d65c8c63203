import { platformCrypto } from '@rondo/core'
import { bytes, defineRounds, fault, hashMod, schemaOf } from '@rondo/rounds'

const text = schemaOf((value): value is string => typeof value === 'string', 'a text')

/** Called by a member that is about to contribute to one of the author's phases. */
export type Reach = (phase: string) => void

/** Every kind of phase, and a secret that is burned: `reach` is where a test kills. */
export const ceremonyOf = (reach: Reach) =>
  defineRounds({ name: 'ceremony', setup: text })
    .secret('nonce', (_view, local) => {
      const secret = local.random(32)
      return { shown: platformCrypto.sha256(secret), secret }
    })
    .phase('announce', {
      contribution: bytes(32),
      contribute(_view, local) {
        reach('announce')
        return local.shown('nonce')
      },
    })
    .agree('agreed')
    .phase('use', {
      contribution: bytes(32),
      contribute(_view, local) {
        reach('use')
        return local.burn('nonce')
      },
      check: (view, from, secret) =>
        String(platformCrypto.sha256(secret)) === String(view.said('announce', from)) ||
        fault('not what was announced'),
    })
    .result((view) => ({ number: hashMod(view.all('use'), 1_000_000) }))

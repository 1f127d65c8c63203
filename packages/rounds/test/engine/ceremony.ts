import { platformCrypto } from '@rondo/core'
import { bytes, defineRounds, fault, hashMod, type LeaveOut, schemaOf } from '@rondo/rounds'

// The smallest protocol that has everything a crash could spoil: a secret that is shown, agreed upon and then handed out once.

const purpose = schemaOf((value): value is string => typeof value === 'string', 'a text')

/** `leaveOut`: whom a further attempt does without. */
export const ceremonyWithout = (leaveOut: LeaveOut) =>
  defineRounds({ name: 'ceremony', setup: purpose, leaveOut })
    .secret('nonce', (_view, local) => {
      const secret = local.random(32)
      return { shown: platformCrypto.sha256(secret), secret }
    })
    .phase('announce', { contribution: bytes(32), contribute: (_view, local) => local.shown('nonce') })
    .agree('agreed')
    .phase('use', {
      contribution: bytes(32),
      contribute: (_view, local) => local.burn('nonce'),
      check: (view, from, secret) =>
        String(platformCrypto.sha256(secret)) === String(view.said('announce', from)) ||
        fault('not what was announced'),
    })
    .result((view) => ({ number: hashMod(view.all('use'), 1_000_000) }))

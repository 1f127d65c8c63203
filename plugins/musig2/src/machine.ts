import { type PeerId, platformCrypto } from '@rondo/core'
import { Declined, defineRounds, fault, schemaOf } from '@rondo/rounds'
import { xOnlyKeyOf } from './bip327/key-context.js'
import { isPublicNonce, publicNonceBytes } from './bip327/nonces.js'
import { aggregatePartials, findWrongPart, isPartial, type Part } from './bip327/partials.js'
import { holdAll } from './bip327/signatures.js'
import { itemsMax } from './options.js'
import type { Signer, SignerNonce } from './signer.js'
import type { ItemSignature } from './signing/item-signature.js'
import { type AgreedView, prepareSessions, sessionsOf } from './signing/sessions.js'
import { type Pause, type SigningTask, signingTask } from './signing/task.js'

// The rounds of a signature: nonces, agreement on all of them, parts. What stands before anybody signs is the keys, the tweaks and
// the message, by everybody's join, and every nonce, by everybody's `agreed`.

/** What a member brings along. */
export interface SigningLocal {
  readonly signer: Signer
  readonly pause: Pause
  /** Told before any of this signer's parts can leave. */
  readonly signs: () => void
}

/** Without one of its members a group has another key: so all of them, or no further attempt. */
export const musig2Rounds = defineRounds({ name: 'musig2', setup: signingTask, leaveOut: 'nobody' })
  .local<SigningLocal>()
  .secret('noncePairs', async (view, local) => {
    const nonces = await makeNonces(view, local)
    const [shown, secret] = [nonces.map(({ publicNonce }) => publicNonce), nonces.map(({ secretNonce }) => secretNonce)]
    return { shown, secret }
  })
  .phase('nonces', {
    contribution: listOf(publicNonceBytes, 'public nonces'),
    contribute: (_view, local) => local.shown('noncePairs'),
    check: ({ setup: { items } }, _from, nonces) => {
      if (nonces.length !== items.length) return fault(`${nonces.length} nonces for ${items.length} signatures`)
      const at = nonces.findIndex((nonce) => !isPublicNonce(nonce))
      return at < 0 || fault(`nonce ${at} is not two points of the curve`)
    },
  })
  .agree('agreed')
  .phase('sign', {
    contribution: listOf(32, 'partial signatures'),
    contribute: async (view, local, { signal }) => {
      const { signer, pause } = local.input
      const seat = view.roster.indexOf(local.me)
      const sessions = await prepareSessions(view, pause)
      const secretNonces = await local.burn('noncePairs')
      local.input.signs()
      const partials: Uint8Array[] = []
      for (const [at, session] of sessions.entries()) {
        const publicKey = view.setup.keyHeldBy(seat, at)
        partials.push(await signer.sign({ publicKey, secretNonce: secretNonces[at], session, signal }))
        await pause()
      }
      return partials
    },
    check: (view, from, partials) => {
      const count = view.setup.items.length
      if (partials.length !== count) return fault(`${partials.length} parts for ${count} signatures`)
      const at = findWrongPart(partsOf(view, from, partials))
      return at < 0 || fault(`part ${at} does not belong to its key, its nonce and the message`)
    },
    // What is wanted is the signature: each part is looked at only where that does not hold.
    checkTogether: (view) => {
      const count = view.setup.items.length
      const areParts = view.all('sign').every((partials) => partials.length === count && partials.every(isPartial))
      return areParts && holdAll(signaturesOf(view))
    },
  })
  .result(signaturesOf)

function listOf(bytes: number, what: string) {
  const isOne = (value: unknown): value is Uint8Array => value instanceof Uint8Array && value.length === bytes
  return schemaOf(
    (value): value is readonly Uint8Array[] => Array.isArray(value) && value.length <= itemsMax && value.every(isOne),
    what,
  )
}

interface Place {
  readonly setup: SigningTask
  readonly roster: readonly PeerId[]
  readonly round: string
  readonly attempt: string
}

interface Maker {
  readonly me: PeerId
  readonly input: SigningLocal
  random(bytes: number): Uint8Array
}

/** One pair for each item. */
async function makeNonces(
  { setup: task, roster, round, attempt }: Place,
  { me, input: { signer, pause }, random }: Maker,
): Promise<readonly SignerNonce<unknown>[]> {
  if (roster.length !== task.order.seats.length) throw new Declined('not everybody who holds a key has come')
  const seat = roster.indexOf(me)
  await task.prepareKeys(pause)
  const nonces: SignerNonce<unknown>[] = []
  for (const [at, { message }] of task.items.entries()) {
    const publicKey = task.keyHeldBy(seat, at)
    const aggregateKey = xOnlyKeyOf(task.keyOf(at))
    const place = placeOf(round, attempt, seat, at)
    nonces.push(await signer.makeNonce({ publicKey, aggregateKey, message, place, random: random(32) }))
    await pause()
  }
  return nonces
}

function placeOf(...parts: readonly (string | number)[]): Uint8Array {
  return platformCrypto.sha256(new TextEncoder().encode(['rondo/musig2 nonce', ...parts].join()))
}

/** What one member said, item by item. */
function partsOf(
  view: AgreedView & Pick<Place, 'roster'>,
  from: PeerId,
  partials: readonly Uint8Array[],
): readonly Part[] {
  const seat = view.roster.indexOf(from)
  return sessionsOf(view).map((session, item) => {
    const signer = view.setup.seatsOf(item).indexOf(seat)
    return { session, signer, partial: partials[item] ?? new Uint8Array(0) }
  })
}

interface SignedView extends AgreedView {
  all(phase: 'nonces' | 'sign'): readonly (readonly Uint8Array[])[]
}

/** What the parts add up to, whether it holds or not. */
function signaturesOf(view: SignedView): readonly ItemSignature[] {
  const parts = view.all('sign')
  return sessionsOf(view).map((session, item) => {
    const { key, message, publicNonces } = session
    const seats = view.setup.seatsOf(item)
    const partialSignatures = seats.map((seat) => parts[seat]?.[item] ?? new Uint8Array(0))
    const signature = aggregatePartials(session, partialSignatures)
    return { publicKey: xOnlyKeyOf(key), message, signature, publicNonces, partialSignatures }
  })
}

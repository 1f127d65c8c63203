import type { Coordinator, OutgoingMessage, OwnMessageDraft, PeerId } from '@rondo/core'
import type { Verdict } from '@rondo/rounds/testing'
import { wrapCoordinator } from '@rondo/testkit/simulator'
import { hex } from '@scure/base'

// What honest signers sign, and whether it left them: seen between the plugin and the coordinator, over all lives.

export interface Tapped {
  readonly peer: number
  /** The phase, or `invitation`, `answer`, `join`, `closing`. */
  readonly type: string
  /** In which the round was begun. */
  room: string | undefined
  readonly slot: string
  readonly payload: unknown
  hasLeft: boolean
}

/** An article on its way, as whoever listens to the wires has it. */
export interface Overheard {
  readonly room: Uint8Array
  readonly article: Uint8Array
}

export class WireTap {
  readonly #said = new Map<string, Tapped>()
  /** Only where somebody listens. */
  readonly overheard = new Map<string, Overheard>()
  readonly #isHeard: boolean

  constructor({ isHeard }: { readonly isHeard: boolean }) {
    this.#isHeard = isHeard
  }

  get said(): readonly Tapped[] {
    return [...this.#said.values()]
  }

  watch(peer: number, coordinator: Coordinator): Coordinator {
    const signMessage = async (draft: OwnMessageDraft): Promise<Uint8Array> => {
      const signed = await coordinator.signMessage(draft)
      const { type, payload, position } = draft
      const slot = hex.encode(position.slot)
      this.#said.set(nameOf(signed), { peer, type, payload, slot, room: undefined, hasLeft: false })
      return signed
    }
    const sendTo: Coordinator['sendTo'] = (to: PeerId, message: OutgoingMessage, options) => {
      this.#sent(message.payload)
      return coordinator.sendTo(to, message, options)
    }
    const broadcast: Coordinator['broadcast'] = (message, options) => {
      this.#sent(message.payload)
      return coordinator.broadcast(message, options)
    }
    return wrapCoordinator(coordinator, { signMessage, sendTo, broadcast })
  }

  /** Whether a part of this peer's left it in a round. */
  hasPartLeft(peer: number, room: string): boolean {
    return this.said.some((said) => said.peer === peer && said.type === 'sign' && said.hasLeft && said.room === room)
  }

  #sent(payload: unknown): void {
    for (const overheard of articlesIn(payload)) {
      const name = nameOf(overheard.article)
      if (this.#isHeard) this.overheard.set(name, overheard)
      const said = this.#said.get(name)
      if (said === undefined) continue
      said.hasLeft = true
      said.room = hex.encode(overheard.room)
    }
  }
}

/** Whether no public nonce stands in two statements of honest signers, and all were made by their signers. */
export function noNonceShownTwice({ said }: Pick<WireTap, 'said'>): Verdict {
  const shown = new Map<string, string>()
  for (const { peer, type, payload, slot } of said) {
    if (type !== 'nonces') continue
    const nonces: unknown = Array.isArray(payload) ? payload[1] : undefined
    if (!Array.isArray(nonces) || nonces.length === 0) return `peer ${peer} shows no nonces`
    for (const nonce of nonces) {
      const name = nonce instanceof Uint8Array ? hex.encode(nonce) : String(nonce)
      if (shown.has(name)) return `peer ${peer} shows ${name} in ${slot} and in ${shown.get(name)}`
      shown.set(name, slot)
    }
  }
  return true
}

export function articlesIn(payload: unknown): readonly Overheard[] {
  if (typeof payload !== 'object' || payload === null || !('room' in payload && 'articles' in payload)) return []
  const { room, articles } = payload
  if (!(room instanceof Uint8Array) || !Array.isArray(articles)) return []
  return articles.flatMap((article: unknown) => (article instanceof Uint8Array ? [{ room, article }] : []))
}

/** The end of a signature. */
function nameOf(signed: Uint8Array): string {
  return hex.encode(signed.subarray(-24))
}

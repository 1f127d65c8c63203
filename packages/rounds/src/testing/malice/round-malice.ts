import {
  type Coordinator,
  type MaybePromise,
  type MessageVerifier,
  type OutgoingMessage,
  type OwnMessageDraft,
  type PeerId,
  type ProtocolHandler,
  RondoError,
} from '@rondo/core'
import { type Malice, type MaliceTools, wrapCoordinator } from '@rondo/testkit/simulator'
import type { ArticleDraft } from '../../articles/draft.js'
import { hexOf } from '../../hex.js'
import { Ledger } from './ledger.js'
import { draftLike, readSaid, type Said } from './said.js'

// A malicious member is the engine itself over a coordinator that lies: it takes part as everybody does, and what it says is
// changed on the way out. What is changed here is signed with the member's own key, so it is the member's word.

/** What a malicious member does. */
export interface Tricks {
  /** What goes to one peer in place of an article; undefined is the truth. Asked for every peer, and whenever it is sent again. */
  say?(said: Said, to: PeerId, desk: Desk): MaybePromise<readonly Uint8Array[] | undefined>
  /** What goes to one peer in place of a message, whatever is in it; undefined is the truth. */
  post?(message: OutgoingMessage, to: PeerId, desk: Desk): MaybePromise<readonly OutgoingMessage[] | undefined>
  /** Somebody said something that was not heard before. */
  hear?(said: Said, desk: Desk): void
  /** The member is about to sign. */
  sign?(draft: OwnMessageDraft): void
}

/** What it does it with: its tools in the world, its key, its acquaintances, and what it knows. */
export interface Desk {
  readonly me: PeerId
  readonly tools: MaliceTools
  readonly ledger: Ledger
  /** Of the article that is in hand. */
  readonly room: Uint8Array
  readonly roomId: string
  /** Connected, and speaking rounds. */
  readonly peers: readonly PeerId[]
  readonly verify: MessageVerifier
  sign(draft: OwnMessageDraft): MaybePromise<Uint8Array>
  /** Something else on the same occasion: of the same protocol, at the same time, good for as long. */
  signLike(said: Said, draft: ArticleDraft): MaybePromise<Uint8Array>
  /** Says something unasked, past all tricks. */
  tell(to: PeerId, articles: readonly Uint8Array[]): void
}

export const roundsName = 'rounds'

/** `begin` is called once a peer: what it remembers, it remembers over rounds and lives. */
export function roundMalice(name: string, begin: (tools: MaliceTools) => Tricks): Malice {
  return {
    name,
    begin(tools) {
      const tricks = begin(tools)
      const ledger = new Ledger()
      return { coordinator: (coordinator) => createLiar(coordinator, tricks, tools, ledger) }
    },
  }
}

function createLiar(coordinator: Coordinator, tricks: Tricks, tools: MaliceTools, ledger: Ledger): Coordinator {
  const verify: MessageVerifier = (bytes, options) => coordinator.verifyMessage(bytes, options)
  const sign = (draft: OwnMessageDraft): MaybePromise<Uint8Array> => {
    const signed = coordinator.signMessage(draft)
    const kept = (bytes: Uint8Array): Uint8Array => {
      ledger.lies.add(hexOf(bytes))
      return bytes
    }
    return signed instanceof Promise ? signed.then(kept) : kept(signed)
  }
  const deskFor = (room: Uint8Array): Desk => ({
    me: coordinator.peerId,
    tools,
    ledger,
    room,
    roomId: hexOf(room),
    get peers() {
      return speakersOf(coordinator)
    },
    verify,
    sign,
    signLike: (said, draft) => sign(draftLike(said, draft)),
    tell(to, articles) {
      // That a peer has gone is no concern of a liar's.
      coordinator.sendTo(to, { protocol: roundsName, type: 'articles', payload: { room, articles } }).catch(() => {})
    },
  })

  const twist = async (message: OutgoingMessage, to: PeerId): Promise<readonly OutgoingMessage[]> => {
    const { payload } = message
    const desk = deskFor(roomOf(payload))
    const posted = await tricks.post?.(message, to, desk)
    if (posted !== undefined) return posted
    if (!isArticles(payload)) return [message]
    const articles: Uint8Array[] = []
    for (const bytes of payload.articles) {
      const said = await readSaid(bytes, verify)
      if (said !== undefined) ledger.add(payload.room, said)
      const isLie = said === undefined || ledger.lies.has(hexOf(bytes))
      articles.push(...((isLie ? undefined : await tricks.say?.(said, to, desk)) ?? [bytes]))
    }
    return articles.length === 0 ? [] : [{ ...message, payload: { ...payload, articles } }]
  }

  const hear = async (payload: unknown): Promise<void> => {
    if (!isArticles(payload)) return
    for (const bytes of payload.articles) {
      const said = await readSaid(bytes, verify)
      if (said !== undefined && ledger.add(payload.room, said)) tricks.hear?.(said, deskFor(payload.room))
    }
  }

  const sendTo: Coordinator['sendTo'] = async (to, message, options) => {
    const said = message.protocol === roundsName ? await twist(message, to) : [message]
    for (const each of said) await coordinator.sendTo(to, each, options)
  }

  const broadcast: Coordinator['broadcast'] = async (message, options = {}) => {
    if (message.protocol !== roundsName) return coordinator.broadcast(message, options)
    const sent: PeerId[] = []
    const failed: { peerId: PeerId; error: RondoError }[] = []
    for (const peerId of options.to ?? speakersOf(coordinator)) {
      try {
        await sendTo(peerId, message)
        sent.push(peerId)
      } catch (error) {
        if (!(error instanceof RondoError)) throw error
        failed.push({ peerId, error })
      }
    }
    return { sent, failed }
  }

  return wrapCoordinator(coordinator, {
    sendTo,
    broadcast,
    signMessage(draft) {
      tricks.sign?.(draft)
      return coordinator.signMessage(draft)
    },
    registerProtocol: (handler) =>
      coordinator.registerProtocol(handler.protocolName === roundsName ? overheard(handler, ledger, hear) : handler),
  })
}

/** What the member said falsely it does not hear again: or its own engine would convict it, and say so. */
function overheard(
  handler: ProtocolHandler,
  { lies }: Ledger,
  hear: (payload: unknown) => Promise<void>,
): ProtocolHandler {
  return {
    ...handler,
    handleMessage(message, from, context) {
      const { payload } = message
      if (!isArticles(payload)) return handler.handleMessage(message, from, context)
      void hear(payload)
      const articles = payload.articles.filter((bytes) => !lies.has(hexOf(bytes)))
      if (articles.length === 0) return undefined
      return handler.handleMessage({ ...message, payload: { ...payload, articles } }, from, context)
    },
  }
}

function speakersOf(coordinator: Coordinator): readonly PeerId[] {
  const peers = coordinator.getConnectedPeers()
  return peers.filter(({ protocols }) => protocols.has(roundsName)).map(({ peerId }) => peerId)
}

interface Articles {
  readonly room: Uint8Array
  readonly articles: readonly Uint8Array[]
}

export function isArticles(payload: unknown): payload is Articles {
  if (typeof payload !== 'object' || payload === null || !('room' in payload && 'articles' in payload)) return false
  return payload.room instanceof Uint8Array && Array.isArray(payload.articles)
}

function roomOf(payload: unknown): Uint8Array {
  if (typeof payload !== 'object' || payload === null || !('room' in payload)) return new Uint8Array(32)
  return payload.room instanceof Uint8Array ? payload.room : new Uint8Array(32)
}

import type { BroadcastOutcome, Coordinator, OutgoingMessage, PeerId, ProtocolHandler } from '@rondo/core'
import { RondoError } from '@rondo/core'
import type { Malice, MaliceTools } from './malice.js'
import { boundMember, wrapCoordinator } from './wrap-coordinator.js'

/** What a liar says in place of what it should. Both get what the honest one would have said. */
export interface Lies {
  /** Of a message or a request to one peer; undefined leaves it unsaid. A broadcast is asked once for each who gets it. */
  say?(message: OutgoingMessage, to: PeerId, tools: MaliceTools): OutgoingMessage | undefined
  /** Of the answer that a handler gives to a request. */
  answer?(value: unknown, question: Question, tools: MaliceTools): unknown
}

export interface Question {
  readonly protocol: string
  readonly type: string
  readonly payload: unknown
  readonly from: PeerId
}

/**
 * Lies on the level of protocols: changes what a peer sends, differently for each who hears it where it likes.
 *
 * @example
 * world.malicious(2, lies('two-faced', { say: (message, to) => ({ ...message, payload: `only for ${to}` }) }))
 */
export function lies(name: string, told: Lies): Malice {
  return { name, begin: (tools) => ({ coordinator: (coordinator) => createLiar(coordinator, told, tools) }) }
}

function createLiar(coordinator: Coordinator, { say, answer }: Lies, tools: MaliceTools): Coordinator {
  const twist = (message: OutgoingMessage, to: PeerId): OutgoingMessage | undefined =>
    say === undefined ? message : say(message, to, tools)

  const sendTo: Coordinator['sendTo'] = async (to, message, options) => {
    const said = twist(message, to)
    if (said !== undefined) await coordinator.sendTo(to, said, options)
  }

  const request: Coordinator['request'] = async (to, message, options) => {
    // An unsaid question is one that nobody answers.
    const said = twist(message, to)
    return said === undefined ? new Promise(() => {}) : coordinator.request(to, said, options)
  }

  const requestMany: Coordinator['requestMany'] = async (peerIds, message, options) => {
    const asked = [...peerIds].map((to) => ({ to, said: twist(message, to) }))
    const outcomes = asked.map(({ to, said }) =>
      said === undefined ? [] : coordinator.requestMany([to], said, options),
    )
    return (await Promise.all(outcomes)).flat()
  }

  const broadcast: Coordinator['broadcast'] = async (message, { to } = {}): Promise<BroadcastOutcome> => {
    const sent: PeerId[] = []
    const failed: { peerId: PeerId; error: RondoError }[] = []
    const tell = async (peerId: PeerId): Promise<void> => {
      try {
        await sendTo(peerId, message)
        sent.push(peerId)
      } catch (error) {
        if (!(error instanceof RondoError)) throw error
        failed.push({ peerId, error })
      }
    }
    await Promise.all([...(to ?? speakersOf(coordinator, message))].map(tell))
    return { sent, failed }
  }

  const registerProtocol: Coordinator['registerProtocol'] = (handler) =>
    coordinator.registerProtocol(answer === undefined ? handler : answerFalsely(handler, answer, tools))

  return wrapCoordinator(coordinator, { sendTo, request, requestMany, broadcast, registerProtocol })
}

function speakersOf(coordinator: Coordinator, { protocol }: OutgoingMessage): readonly PeerId[] {
  const peers = coordinator.getConnectedPeers()
  const speakers = peers.filter(({ protocols }) => protocol === undefined || protocols.has(protocol))
  return speakers.map(({ peerId }) => peerId)
}

function answerFalsely(
  handler: ProtocolHandler,
  answer: NonNullable<Lies['answer']>,
  tools: MaliceTools,
): ProtocolHandler {
  const standIn: ProtocolHandler = {
    protocolName: handler.protocolName,
    handleMessage: async (message, from, context) =>
      answer(await handler.handleMessage(message, from, context), message, tools),
  }
  return new Proxy(standIn, {
    get: (target, name) => (name === 'handleMessage' ? target.handleMessage : boundMember(handler, name)),
  })
}

import type { Coordinator, OutgoingMessage, OwnMessageDraft, PeerId } from '@rondo/core'
import { type Malice, wrapCoordinator } from '@rondo/testkit/simulator'
import { hex } from '@scure/base'

/**
 * Says one thing to every second member and another thing to the rest, both signed and for the same place; to a single listener, both.
 * Its own engine hears of the first alone, so it is for the others to find out.
 */
export function twoFaced(type: string, other: (payload: unknown) => unknown): Malice {
  return {
    name: `two-faced in ${type}`,
    begin: ({ note }) => {
      const others = new Map<string, Uint8Array>()
      const listeners: PeerId[] = []
      const said = (bytes: Uint8Array, to: PeerId, isAlone: boolean): readonly Uint8Array[] => {
        const second = others.get(hex.encode(bytes))
        if (second === undefined) return [bytes]
        if (!listeners.includes(to)) listeners.push(to)
        note('said', `${type} to ${to}`)
        if (isAlone) return [bytes, second]
        return listeners.indexOf(to) % 2 === 0 ? [bytes] : [second]
      }
      return {
        coordinator: (coordinator) =>
          wrapCoordinator(coordinator, {
            signMessage: (draft) => signBoth(coordinator, draft, type, other, others),
            sendTo(to, message, options) {
              const isAlone = coordinator.getConnectedPeers().length < 2
              return coordinator.sendTo(
                to,
                rewritten(message, (bytes) => said(bytes, to, isAlone)),
                options,
              )
            },
            registerProtocol: (handler) =>
              coordinator.registerProtocol({
                ...handler,
                handleMessage: (message, from, context) => {
                  const own = [...others.values()].map((bytes) => hex.encode(bytes))
                  const heard = rewritten(message, (bytes) => (own.includes(hex.encode(bytes)) ? [] : [bytes]))
                  return handler.handleMessage(heard, from, context)
                },
              }),
          }),
      }
    },
  }
}

async function signBoth(
  coordinator: Coordinator,
  draft: OwnMessageDraft,
  type: string,
  other: (payload: unknown) => unknown,
  others: Map<string, Uint8Array>,
): Promise<Uint8Array> {
  const first = await coordinator.signMessage(draft)
  if (draft.type === type) {
    const payload = other(draft.payload)
    others.set(hex.encode(first), await coordinator.signMessage({ ...draft, payload }))
  }
  return first
}

/** The articles in a message, each in another's place. */
export function rewritten<Message extends Pick<OutgoingMessage, 'payload'>>(
  message: Message,
  change: (bytes: Uint8Array) => readonly Uint8Array[],
): Message {
  const { payload } = message
  if (typeof payload !== 'object' || payload === null || !('articles' in payload)) return message
  if (!Array.isArray(payload.articles)) return message
  return { ...message, payload: { ...payload, articles: payload.articles.flatMap(change) } }
}

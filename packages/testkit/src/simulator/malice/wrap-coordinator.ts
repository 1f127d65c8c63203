import type { Coordinator } from '@rondo/core'

/**
 * The same coordinator but for what is given in place of its own: for behaviours that lie on the level of protocols.
 *
 * @example
 * wrapCoordinator(peer, { sendTo: (peerId, message) => peer.sendTo(peerId, { ...message, payload: 'something else' }) })
 */
export function wrapCoordinator(coordinator: Coordinator, changes: Partial<Coordinator>): Coordinator {
  // Not the coordinator itself: what a proxy stands for may forbid it to answer otherwise.
  const standIn: Coordinator = Object.create(coordinator)
  return new Proxy(standIn, {
    get(_, name) {
      if (Object.hasOwn(changes, name)) return Reflect.get(changes, name)
      return boundMember(coordinator, name)
    },
  })
}

/** A member that works on what it belongs to: methods reach private fields, which a proxy does not have. */
export function boundMember(whole: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(whole, name, whole)
  return typeof value === 'function' ? value.bind(whole) : value
}

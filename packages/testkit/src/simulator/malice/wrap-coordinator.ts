import type { Coordinator } from '@rondo/core'

/**
 * The same coordinator but for what is given in place of its own: for behaviours that lie on the level of protocols.
 *
 * @example
 * wrapCoordinator(peer, { sendTo: (peerId, message) => peer.sendTo(peerId, { ...message, payload: 'something else' }) })
 */
export function wrapCoordinator(coordinator: Coordinator, changes: Partial<Coordinator>): Coordinator {
  return new Proxy(coordinator, {
    get(target, name) {
      if (Object.hasOwn(changes, name)) return Reflect.get(changes, name)
      const value: unknown = Reflect.get(target, name, target)
      // Its methods reach its private fields, which a proxy does not have.
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

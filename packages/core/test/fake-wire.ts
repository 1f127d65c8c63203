import type { Env } from '../src/env/env.js'
import { FakeLink } from './fake-link.js'

export type Side = 'dialler' | 'listener'

/** What becomes of the frame that `from` sends as its `index`th: the frames that arrive in its place. */
export type Tamper = (from: Side, index: number, frame: Uint8Array) => readonly Uint8Array[]

type LinkOptions = ConstructorParameters<typeof FakeLink>[0]

export interface FakeWire {
  readonly dialler: FakeLink
  readonly listener: FakeLink
}

/** Two ends joined: frames arrive at the end of the turn, and somebody may sit in between. */
export function joinLinks(
  env: Pick<Env, 'defer'>,
  options: LinkOptions & { readonly tamper?: Tamper | undefined; readonly listenerBinding?: Uint8Array } = {},
): FakeWire {
  const { tamper = (_from, _index, frame) => [frame], listenerBinding, ...link } = options
  const dialler = new FakeLink(link)
  const listener = new FakeLink(listenerBinding === undefined ? link : { ...link, binding: listenerBinding })
  const join = (from: Side, near: FakeLink, far: FakeLink): void => {
    near.carry = (frame) => {
      const arriving = tamper(from, near.sent.length - 1, frame)
      env.defer(() => {
        for (const each of arriving) far.deliver(each)
      })
    }
    near.hangUp = (reason) => env.defer(() => far.end(reason))
  }
  join('dialler', dialler, listener)
  join('listener', listener, dialler)
  return { dialler, listener }
}

import { describe, expect, test } from 'vitest'
import { Events } from '../../src/events.js'
import { generateIdentity } from '../../src/identity/identity.js'
import type { PeerInfo } from '../../src/peers/peer-info.js'
import type { ProtocolHandler } from '../../src/protocol/handler.js'
import { Registry } from '../../src/protocol/registry.js'
import { Served } from '../../src/protocol/served.js'

const { peerId } = generateIdentity()
const peer: PeerInfo = {
  peerId,
  state: 'connected',
  direction: 'inbound',
  transport: 'fake',
  connectedAt: 0,
  protocols: new Map(),
}

function createServed(...handlers: readonly Partial<ProtocolHandler>[]) {
  const registry = new Registry()
  const errors: { readonly code: string; readonly cause?: unknown }[] = []
  const add = (handler: Partial<ProtocolHandler>) =>
    registry.add({ protocolName: 'p', handleMessage: () => undefined, ...handler })
  handlers.forEach(add)
  const served = new Served(registry, new Events((error) => errors.push(error)), peer)
  return { registry, served, errors, add }
}

describe('what a peer is served', () => {
  test('is the registry, where no handler has an opinion', () => {
    const { registry, served } = createServed({ protocolName: 'a' }, { protocolName: 'b', version: 2 })
    expect(served.offer()).toEqual(registry.offer())
    expect(served.all()).toEqual(registry.all())
    expect(served.find('b', 2)).toBe(registry.find('b', 2))
    expect([served.withholds('a', 1), served.excludes('a'), served.excludes('unknown')]).toEqual([false, false, false])
  })

  test('leaves out what its handler refuses, version by version', () => {
    const { served } = createServed(
      { version: 1, admit: () => true },
      { version: 2, admit: () => false },
      { protocolName: 'q', admit: () => false },
    )
    expect(served.offer()).toEqual(new Map([['p', [1]]]))
    expect(served.all().map(({ name, version }) => [name, version])).toEqual([['p', 1]])
    expect([served.find('p', 2), served.find('q', 1), served.versions('q')]).toEqual([undefined, undefined, []])
    expect([served.withholds('p', 1), served.withholds('p', 2), served.withholds('p', 3)]).toEqual([false, true, false])
    expect([served.excludes('p'), served.excludes('q')]).toEqual([false, true])
  })

  test('is asked of each handler once, and again when registrations change', () => {
    const asked: PeerInfo[] = []
    let isMember = false
    const admit = (who: PeerInfo): boolean => {
      asked.push(who)
      return isMember
    }
    const { served, add } = createServed({ admit })
    for (let count = 0; count < 5; count += 1) served.offer()
    served.find('p', 1)
    isMember = true
    expect([served.excludes('p'), asked]).toEqual([true, [peer]])
    add({ protocolName: 'q' })
    expect([served.excludes('p'), asked.length]).toEqual([false, 2])
  })

  test('is nothing of a handler that throws, or answers with anything but true or false', () => {
    const answers = [
      () => {
        throw new Error('no')
      },
      () => Promise.resolve(true),
      () => Promise.reject(new Error('later')),
      () => 1,
      () => undefined,
    ]
    for (const answer of answers) {
      const { served, errors } = createServed({ admit: answer as unknown as () => boolean })
      expect(served.offer()).toEqual(new Map())
      served.offer()
      expect(errors).toMatchObject([{ code: 'HANDLER_FAILED', peerId, cause: expect.any(Error) }])
    }
  })
})

test('an admit that is no function is refused when it is registered', () => {
  const admit = true as unknown as () => boolean
  expect(() => createServed({ admit })).toThrow(TypeError)
})

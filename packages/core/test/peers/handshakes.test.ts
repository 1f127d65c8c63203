import { expect, test } from 'vitest'
import { Handshakes } from '../../src/peers/handshakes.js'
import { FakeEnv } from '../fake-env.js'

function createScene() {
  const env = new FakeEnv()
  return { env, handshakes: new Handshakes(env, { handshakeTimeoutMs: 100 }) }
}

test('a handshake ends at its time, or with its caller, each by its own reason', async () => {
  const { env, handshakes } = createScene()
  const caller = new AbortController()
  const [slow, followed] = [handshakes.start(undefined), handshakes.start(caller.signal)]
  caller.abort('enough')
  await env.advance(99)
  expect([slow.signal.aborted, followed.signal.reason]).toEqual([false, 'enough'])
  await env.advance(1)
  expect(slow.signal.reason).toMatchObject({ code: 'HANDSHAKE_TIMEOUT' })
})

test('a stop ends all that are under way and all that begin later, until they may begin again', () => {
  const { env, handshakes } = createScene()
  const [underWay, over] = [handshakes.start(undefined), handshakes.start(undefined)]
  over.clear()
  handshakes.stop()
  const late = handshakes.start(undefined)
  for (const { signal } of [underWay, late]) expect(signal.reason).toMatchObject({ code: 'COORDINATOR_STOPPED' })
  expect([over.signal.aborted, handshakes.areStopped]).toEqual([false, true])
  expect(() => handshakes.assertRunning()).toThrow(expect.objectContaining({ code: 'COORDINATOR_STOPPED' }))
  handshakes.open()
  handshakes.assertRunning()
  const again = handshakes.start(undefined)
  expect(again.signal.aborted).toBe(false)
  for (const deadline of [underWay, late, again]) deadline.clear()
  expect(env.timers).toBe(0)
})

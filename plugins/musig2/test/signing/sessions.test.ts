import { describe, expect, test } from 'vitest'
import { prepareSessions, sessionsOf } from '../../src/signing/sessions.js'
import { SigningTask } from '../../src/signing/task.js'
import { otherNonce } from '../malice/other-nonce.js'
import { createParty, keyAt } from '../party.js'

const { publicKeys, message, ...party } = createParty(3)
/** The members come in another order than the keys. */
const seats = [2, 0, 1].map((at) => [keyAt({ publicKeys, message, ...party }, at)])
const taskOf = () => new SigningTask({ seats, request: { kind: 'message', message, publicKeys, tweaks: [] } })
const noncesOf = (words: string) => seats.map((_, seat) => [otherNonce(words, seat)])

const pause = async (): Promise<void> => {}

describe('the sessions of a round', () => {
  test('have the nonces in the order of the keys, whatever that of the members', () => {
    const nonces = noncesOf('first')
    const [session] = sessionsOf({ setup: taskOf(), all: () => nonces })
    expect(session?.publicNonces).toEqual([1, 2, 0].map((seat) => nonces[seat]?.[0]))
    expect(session?.message).toBe(message)
  })

  test('are made once, whether at once or piece by piece', async () => {
    const [setup, nonces] = [taskOf(), noncesOf('first')]
    const view = { setup, all: () => nonces }
    const made = await prepareSessions(view, pause)
    expect(sessionsOf(view)[0]).toBe(made[0])
    expect((await prepareSessions(view, pause))[0]).toBe(made[0])
  })

  test('of an attempt with other nonces are others, as are those of another round', () => {
    const setup = taskOf()
    const [first, second] = ['first', 'second'].map((words) => {
      const nonces = noncesOf(words)
      return sessionsOf({ setup, all: () => nonces })[0]
    })
    expect(first?.challenge).not.toBe(second?.challenge)
    const nonces = noncesOf('first')
    const [elsewhere] = sessionsOf({ setup: taskOf(), all: () => nonces })
    expect(elsewhere).not.toBe(first)
    expect(elsewhere?.challenge).toBe(first?.challenge)
  })

  test('lists that are equal and not the same are looked at anew: only what was agreed on is kept', () => {
    const setup = taskOf()
    const [one, other] = [noncesOf('first'), noncesOf('first')]
    const [first] = sessionsOf({ setup, all: () => one })
    const [second] = sessionsOf({ setup, all: () => other })
    expect(second).not.toBe(first)
    expect(second?.challenge).toBe(first?.challenge)
  })
})

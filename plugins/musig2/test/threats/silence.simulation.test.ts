import { silent } from '@rondo/rounds/testing'
import { describe, expect, test } from 'vitest'
import { namedBy, describe as tell, warnings } from '../judge.js'
import { play } from '../party.js'

describe('threat: silence', () => {
  test.each([
    ['nonces', false],
    ['agreed', false],
    ['sign', true],
  ])('who says nothing from %s on is a suspect at the deadline, and never a culprit', async (phase, mayBeSigned) => {
    for (const mute of [0, 2]) {
      const played = await play({ peers: 3, arrange: (world) => world.malicious(mute, silent(phase)) })
      for (const peer of [0, 1, 2].filter((each) => each !== mute)) {
        expect(tell(played.outcomes[peer])).toContain('TIMEOUT')
        expect(namedBy(played, peer)).toEqual({ culprits: [], suspects: [mute] })
        // Their own parts have left only where it came to that.
        expect(warnings(played)[peer]).toBe(mayBeSigned)
      }
      expect(played.nonces.complaints()).toEqual([])
    }
  })

  test('who is silent only when all is said keeps nobody from the signature', async () => {
    const played = await play({ peers: 3, arrange: (world) => world.malicious(2, silent('confirm')) })
    for (const peer of [0, 1]) {
      const outcome = played.outcomes[peer]
      expect(outcome).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', mayBeSigned: true, culprits: [] })
      expect(outcome?.signed).toMatchObject({ kind: 'message', message: played.party.message })
    }
  })
})

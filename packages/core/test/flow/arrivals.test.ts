import { expect, test } from 'vitest'
import { Arrivals } from '../../src/flow/arrivals.js'
import { FakeLane } from '../fake-lane.js'

const name = { protocol: 'app', version: 1, type: 'note' }

test('each is told once, in order, when as much is acknowledged', () => {
  const arrivals = new Arrivals()
  const told: number[] = []
  for (const sequence of [1, 2, 2, 5]) arrivals.await(sequence, () => told.push(sequence))
  const after = (acknowledged: number): readonly number[] => {
    arrivals.reach(acknowledged)
    return told.splice(0)
  }
  expect([0, 1, 1, 4, 9, 9].map(after)).toEqual([[], [1], [], [2, 2], [5], []])
})

test('whoever is told may wait for the next one, and nobody is told once it is over', () => {
  const arrivals = new Arrivals()
  const told: string[] = []
  arrivals.await(1, () => {
    told.push('first')
    arrivals.await(2, () => told.push('second'))
  })
  arrivals.reach(1)
  arrivals.reach(2)
  expect(told).toEqual(['first', 'second'])
  arrivals.await(3, () => told.push('third'))
  arrivals.clear()
  arrivals.reach(3)
  expect(told).toEqual(['first', 'second'])
})

test('a message has arrived when it is acknowledged, whether its record is still open or it was larger than one', () => {
  const lane = new FakeLane()
  const told: string[] = []
  // The first is two envelopes: its name goes ahead.
  lane.sender.message(name, 'small')
  lane.outbox.whenArrived(() => told.push('small'))
  lane.sender.message(name, new Uint8Array(100_000))
  lane.outbox.whenArrived(() => told.push('large'))
  lane.sender.message(name, 'last')
  lane.outbox.whenArrived(() => told.push('last'))
  lane.env.endTurn()
  const after = (received: number): readonly string[] => {
    lane.outbox.acknowledge(received)
    return told.splice(0)
  }
  expect([1, 2, 3, 4].map(after)).toEqual([[], ['small'], ['large'], ['last']])
})

test('what was lost with its session never arrives', () => {
  const lane = new FakeLane()
  let arrived = 0
  lane.sender.message(name, 'lost')
  lane.outbox.whenArrived(() => {
    arrived += 1
  })
  lane.outbox.close(new Error('over'))
  lane.outbox.acknowledge(2)
  expect(arrived).toBe(0)
})

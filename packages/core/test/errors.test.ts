import { expect, test } from 'vitest'
import { coreError, coreErrorTable } from '../src/errors.js'
import { defineErrors, RondoError } from '../src/rondo-error.js'

test('an error says its code, its meaning and the particulars, and carries the rest', () => {
  const cause = new Error('why')
  const error = coreError('PEER_SILENT', { peerId: 'z6Mk', cause, detail: 'for 45 s', details: { silentMs: 45_000 } })
  expect(error).toBeInstanceOf(RondoError)
  expect(error).toMatchObject({ name: 'RondoError', layer: 'peers', retryable: true, peerId: 'z6Mk', cause })
  expect(error.details).toEqual({ silentMs: 45_000 })
  expect(error.message).toBe('PEER_SILENT: the peer stopped answering heartbeats: for 45 s')
})

test('what is not known of an error is absent', () => {
  const error = coreError('LINK_CLOSED')
  expect(error.message).toBe('LINK_CLOSED: the link closed')
  expect(error.details).toEqual({})
  expect('peerId' in error).toBe(false)
  expect('cause' in error).toBe(false)
})

test('codes are upper-case words, each with a layer and a meaning of its own', () => {
  const entries = Object.entries(coreErrorTable)
  for (const [code, { layer }] of entries) {
    expect(code).toMatch(/^[A-Z]+(_[A-Z0-9]+)+$/)
    expect(layer).toMatch(/^[a-z]+$/)
  }
  expect(new Set(entries.map(([, { meaning }]) => meaning)).size).toBe(entries.length)
})

test('a package of its own makes errors by its own table', () => {
  const error = defineErrors({ ROOM_FULL: { layer: 'chat', meaning: 'the room is full', retryable: true } })
  expect(error('ROOM_FULL')).toMatchObject({ code: 'ROOM_FULL', layer: 'chat', retryable: true })
})

import { describe, expect, test } from 'vitest'
import { encodeValue } from '../../src/plan/encode-value.js'
import { cut, Declined, Fault, fault } from '../../src/plan/verdict.js'

describe('a reason', () => {
  test('is cut to 256 characters, wherever it is given', () => {
    const long = 'x'.repeat(300)
    for (const { reason } of [fault(long), new Fault(long), new Declined(long)]) expect(reason).toBe('x'.repeat(256))
    expect(new Declined(long).message).toBe(`declined: ${'x'.repeat(256)}`)
    expect(fault('short').reason).toBe('short')
  })

  test('can be sent, though the cut went through a character', () => {
    const smiles = `${'x'.repeat(255)}😀`
    expect(cut(smiles)).toBe(`${'x'.repeat(255)}\ufffd`)
    expect(cut(`${'x'.repeat(254)}😀😀`)).toBe(`${'x'.repeat(254)}😀`)
    expect(cut('\ud83d half, \ude00 half')).toBe('\ufffd half, \ufffd half')
    expect(encodeValue(cut(smiles))).toBeInstanceOf(Uint8Array)
  })

  test('is text, whatever was given', () => {
    expect(fault(undefined as never).reason).toBe('undefined')
    expect(new Declined(5 as never).reason).toBe('5')
  })
})

test('to decline is an error with a name, to be at fault is none', () => {
  expect(new Declined('no')).toBeInstanceOf(Error)
  expect(new Declined('no').name).toBe('Declined')
  expect(fault('no')).toBeInstanceOf(Fault)
  expect(fault('no')).not.toBeInstanceOf(Error)
})

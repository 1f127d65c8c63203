import { parsePeerId } from '@rondo/core'
import { Script } from '@scure/btc-signer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PsbtSigningRequest } from '../src/approval.js'
import { describeRequest } from '../src/describe-request.js'
import { addressOf } from '../src/psbt/network.js'
import { formatBitcoin, printable } from '../src/psbt/printable.js'

const runs = { numRuns: process.env['RONDO_TIER'] === 'full' ? 10_000 : 300 }
const peerId = parsePeerId('z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw')

/** Controls, what is not seen, what turns the direction around, and letters that run from right to left. */
const hostile =
  /[^\P{C}\n]|[\p{M}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Script=Hebrew}\p{Script=Arabic}]/u

const data = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 60 }).map((text) => new TextEncoder().encode(text)),
)
const script = fc.oneof(
  fc.uint8Array({ maxLength: 120 }),
  data.map((bytes) => Script.encode(['RETURN', bytes])),
)

test('whatever the scripts of a request are, its words are safe to print', () => {
  fc.assert(
    fc.property(fc.array(script, { maxLength: 4 }), fc.bigInt(0n, 10n ** 15n), (scripts, fee) => {
      const outputs = scripts.map((each) => {
        return { amount: 1n, address: addressOf(each, 'mainnet'), script: each, isChange: false }
      })
      const request: PsbtSigningRequest & { from: typeof peerId; isMine: boolean; signers: [] } = {
        ...{ kind: 'psbt', psbt: new Uint8Array(0), from: peerId, isMine: false, signers: [], network: 'mainnet' },
        ...{ inputs: [], outputs, fee, virtualBytes: undefined, feeRate: undefined, sent: 1n, cost: fee },
        ...{ lockTime: undefined, inputAge: undefined, isReplaceable: false },
      }
      const text = describeRequest(request)
      expect(hostile.test(text)).toBe(false)
      for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(80)
      expect(text.split('\n').length).toBeLessThan(100)
    }),
    runs,
  )
})

test('printable text has one line, no more than ten characters for each, and says different things of different texts', () => {
  const short = fc.string({ unit: 'binary', maxLength: 100 })
  fc.assert(
    fc.property(short, short, (one, other) => {
      const shown = printable(one)
      expect(hostile.test(shown) || shown.includes('\n')).toBe(false)
      expect(shown.length).toBeLessThanOrEqual(10 * [...one].length)
      expect(shown === printable(other)).toBe(one === other)
    }),
    runs,
  )
})

test('an amount is read back as it was', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 16n), 10n ** 16n), (satoshi) => {
      expect(BigInt(formatBitcoin(satoshi).replace(/[^\d-]/g, ''))).toBe(satoshi)
    }),
    runs,
  )
})

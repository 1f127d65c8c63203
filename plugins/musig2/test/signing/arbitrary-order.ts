import fc from 'fast-check'
import type { Order } from '../../src/signing/order.js'

// Orders of any shape that `isOrder` is to let through, whether they can be signed or not.

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

export const arbitraryKey = fc
  .tuple(fc.constantFrom(2, 3), bytes(32))
  .map(([sign, x]): Uint8Array => Uint8Array.of(sign, ...x))

const arbitraryTweak = fc.record({ tweak: bytes(32), isXOnly: fc.boolean() }, { noNullPrototype: true })

export const arbitraryOrder: fc.Arbitrary<Order> = fc.record(
  {
    seats: fc.array(fc.array(arbitraryKey, { maxLength: 3 }), { maxLength: 5 }),
    request: fc.oneof(
      fc.record(
        {
          kind: fc.constant('message' as const),
          message: bytes(32),
          publicKeys: fc.array(arbitraryKey, { maxLength: 5 }),
          tweaks: fc.array(arbitraryTweak, { maxLength: 8 }),
        },
        { noNullPrototype: true },
      ),
      fc.record(
        { kind: fc.constant('psbt' as const), psbt: fc.uint8Array({ maxLength: 200 }) },
        { noNullPrototype: true },
      ),
    ),
  },
  { noNullPrototype: true },
)

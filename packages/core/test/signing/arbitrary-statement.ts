import fc from 'fast-check'
import { encodePeerId } from '../../src/identity/peer-id.js'
import type { Statement } from '../../src/signing/statement.js'
import { u48Max } from '../../src/signing/statement.js'

// Every statement there can be.

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/)
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 63 })
const u48 = fc.integer({ min: 0, max: u48Max })
const peerId = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(encodePeerId)

export const arbitraryStatement: fc.Arbitrary<Statement> = fc
  .record({
    network: text,
    protocol: name,
    type: name,
    version: fc.integer({ min: 1, max: 65_535 }),
    author: peerId,
    audience: fc.oneof(
      fc.constant('anyone' as const),
      peerId.map((to) => ({ to })),
      text.map((topic) => ({ topic })),
    ),
    position: fc.oneof(
      fc.record({ epoch: u48, sequence: u48 }),
      fc.uint8Array({ minLength: 1, maxLength: 128 }).map((slot) => ({ slot })),
    ),
    times: fc.tuple(u48, u48).filter(([a, b]) => a !== b),
    codecId: fc.integer({ min: 0, max: 255 }),
    payloadHash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  })
  .map(({ times, ...rest }) => ({ ...rest, createdMs: Math.min(...times), expiresMs: Math.max(...times) }))

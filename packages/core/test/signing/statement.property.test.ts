import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader } from '../../src/bytes/byte-reader.js'
import { ByteWriter } from '../../src/bytes/byte-writer.js'
import { decodeStatement, encodeStatement, readStatement, type Statement } from '../../src/signing/statement.js'
import { encodeStatementHead } from '../../src/signing/statement-head.js'
import { arbitraryStatement } from './arbitrary-statement.js'

function encode(statement: Statement): Uint8Array {
  const writer = new ByteWriter()
  encodeStatement(statement, writer)
  return writer.slice()
}

/** What was read, without what the head adds for its own use. */
function decode(bytes: Uint8Array): Statement | undefined {
  const decoded = decodeStatement(bytes)
  if (!decoded.ok) return undefined
  const { network, protocol, type, version, author, audience } = decoded.head
  return { network, protocol, type, version, author, audience, ...decoded.body }
}

test('every statement comes back as it went', () => {
  fc.assert(
    fc.property(arbitraryStatement, (statement) => {
      expect(decode(encode(statement))).toEqual(statement)
    }),
  )
})

test('two statements that differ have bytes that differ, and neither begins the other', () => {
  fc.assert(
    fc.property(arbitraryStatement, arbitraryStatement, (a, b) => {
      const mixed = { ...a, network: b.network, position: b.position }
      const [bytesA, bytesB] = [encode(a), encode(mixed)]
      const isPrefix = bytesA.every((byte, index) => bytesB[index] === byte)
      expect(isPrefix).toBe(a.network === b.network && JSON.stringify(a.position) === JSON.stringify(b.position))
    }),
  )
})

test('what is read from bent bytes is another statement, and those bytes are its one encoding', () => {
  fc.assert(
    fc.property(arbitraryStatement, fc.nat(), fc.integer({ min: 1, max: 255 }), (statement, at, mask) => {
      const bytes = encode(statement)
      const index = at % bytes.length
      bytes[index] = bytes[index]! ^ mask
      const read = decode(bytes)
      if (read === undefined) return
      expect(read).not.toEqual(statement)
      expect(encode(read)).toEqual(bytes)
    }),
    { numRuns: 400 },
  )
})

test('no cut and no addition is read', () => {
  fc.assert(
    fc.property(arbitraryStatement, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 40 }), (statement, at, more) => {
      const bytes = encode(statement)
      expect(decode(bytes.subarray(0, at % bytes.length))).toBeUndefined()
      expect(decode(Uint8Array.from([...bytes, ...more]))).toBeUndefined()
    }),
  )
})

test('random bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const tagged = Uint8Array.from([...new TextEncoder().encode('rondo/1 statement\0'), ...bytes])
      expect(decodeStatement(bytes).ok).toBe(false)
      expect(typeof decodeStatement(tagged).ok).toBe('boolean')
    }),
  )
})

test('knowing heads changes no reading', () => {
  fc.assert(
    fc.property(arbitraryStatement, arbitraryStatement, fc.nat(), (a, b, at) => {
      const bytes = encode(a)
      if (at % 2 === 0) bytes[at % bytes.length] = at % 256
      const known = [encodeStatementHead(b), encodeStatementHead(a)]
      const read = readStatement(new ByteReader(bytes), known)
      expect(JSON.stringify(read)).toBe(JSON.stringify(decodeStatement(bytes)))
    }),
  )
})

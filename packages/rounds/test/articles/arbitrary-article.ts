import { generateIdentity, type PeerId } from '@rondo/core'
import fc from 'fast-check'
import type { ArticleDraft } from '../../src/articles/draft.js'
import type { Slot } from '../../src/articles/slot.js'
import { hexOf } from '../../src/hex.js'
import { alice } from '../plan/samples.js'
import { phase } from './samples.js'

// Whatever an honest member may say, and what a hostile one may write into its place.

const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(hexOf)
const id = hex(32)
const incarnation = hex(16)
const text = fc.string({ maxLength: 256, unit: 'grapheme' }).filter(({ length }) => length <= 256)
const milliseconds = fc.integer({ min: 1, max: 0xffff_ffff })
const others: readonly PeerId[] = Array.from({ length: 99 }, () => generateIdentity().peerId)
const role = fc.option(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/), { nil: undefined })

const indices = (minLength = 0) =>
  fc.uniqueArray(fc.nat(99), { minLength, maxLength: 100 }).map((list) => list.sort((a, b) => a - b))

/** Whatever can be sent. */
export const sendable = fc.anything({
  withBigInt: true,
  withNullPrototype: false,
  maxDepth: 3,
  values: [
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(null, undefined, -0),
    fc.uint8Array({ maxLength: 64 }),
  ],
  key: fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
})

export const arbitrarySlot: fc.Arbitrary<Slot> = fc.oneof(
  fc.record({ kind: fc.constant('invitation' as const), nonce: id }),
  fc.record({ kind: fc.constant('answer' as const), room: id, incarnation }),
  fc.record({ kind: fc.constant('join' as const), parent: id, incarnation }),
  fc.record({
    kind: fc.constant('contribution' as const),
    round: id,
    attempt: id,
    phase: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ kind: fc.constant('closing' as const), attempt: id, incarnation }),
)

/** The author is the host, alice. */
const invitation = fc
  .record({
    kind: fc.constant('invitation' as const),
    nonce: id,
    incarnation,
    candidates: fc
      .tuple(role, fc.array(role, { minLength: 1, maxLength: 99 }))
      .map(([first, rest]) => [
        { peerId: alice.peerId, role: first },
        ...rest.map((each, index) => ({ peerId: others[index] ?? alice.peerId, role: each })),
      ]),
    setup: sendable,
    answerMs: milliseconds,
    deadlineMs: milliseconds,
    retries: fc.nat(16),
  })
  .chain((fields) =>
    fc
      .tuple(fc.integer({ min: 2, max: fields.candidates.length }), fc.nat(100))
      .map(([minimum, more]) => ({ ...fields, minimum, maximum: Math.min(100, minimum + more) })),
  )

const proposal = fc
  .record({ roster: indices(2), culprits: indices(), suspects: indices(), isFirst: fc.boolean() })
  .chain(({ isFirst, ...fields }) =>
    fc
      .array(hex(8), { minLength: fields.roster.length, maxLength: fields.roster.length })
      .map((answers) => ({ ...fields, answers: isFirst ? answers : [] })),
  )

export const arbitraryDraft: fc.Arbitrary<ArticleDraft> = fc.oneof(
  invitation,
  fc.record({
    kind: fc.constant('answer' as const),
    room: id,
    incarnation,
    answer: fc.oneof(
      fc.record({ accepts: fc.constant(true as const), nonce: id }),
      fc.record({ accepts: fc.constant(false as const), reason: text }),
    ),
  }),
  fc.record({
    kind: fc.constant('join' as const),
    parent: id,
    incarnation,
    attempt: id,
    proposal: fc.option(proposal, { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('contribution' as const),
    round: id,
    attempt: id,
    phase: fc.constantFrom(phase.one, phase.two),
    digest: id,
    value: sendable,
  }),
  fc.record({
    kind: fc.constant('contribution' as const),
    round: id,
    attempt: id,
    phase: fc.constantFrom(phase.agreed, phase.confirm),
    digest: id,
    value: fc.constant(undefined),
  }),
  fc.record({
    kind: fc.constant('closing' as const),
    attempt: id,
    incarnation,
    phase: fc.nat(255),
    missing: indices(),
    reason: fc.constantFrom('timeout', 'evidence', 'declined', 'cancelled', 'closed', 'failed'),
    detail: text,
  }),
)

/** What looks like a field and is none, or is another's. */
export const oddity: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[undefined, null, -0, 0, 1, -1, 1.5, 16, 17, 100, 101, 255, 256, 2 ** 32, 2 ** 32 - 1],
    ...[Number.NaN, Number.POSITIVE_INFINITY, 2n ** 70n, true, false, '', 'timeout', 'x'.repeat(257)],
    ...[0, 8, 15, 16, 17, 31, 32, 33, 800, 808].map((length) => new Uint8Array(length)),
    ...[[], [0], [0, 1], [1, 0], [1, 1], [-0, 1], [0, 100], [0, 1.5], [undefined], [[]], {}],
    Array.from({ length: 101 }, (_, index) => index),
    new Array(10_000).fill(0),
    [[alice.peerId]],
    [[alice.peerId], [others[0], undefined]],
    [[alice.peerId], [others[0], '']],
    [[alice.peerId], [others[0], 'r'.repeat(65)]],
    [[alice.peerId], [others[0], 'dealer', 'player']],
    [[alice.peerId], [alice.peerId]],
    [[others[0]], [alice.peerId]],
    [[alice.peerId], others[0]],
    [[alice.peerId], ['z6Mk']],
    [[alice.peerId], []],
    Array.from({ length: 101 }, (_, index) => [others[index % 99]]),
  ),
  sendable,
)

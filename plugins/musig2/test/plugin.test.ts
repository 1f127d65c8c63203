import { createCoordinator, createMemoryStore, generateIdentity } from '@rondo/core'
import { SigHash, Transaction } from '@scure/btc-signer'
import { describe, expect, test } from 'vitest'
import {
  aggregateKeys,
  fixedSigners,
  type MessageOptions,
  type Musig2Options,
  memorySigner,
  musig2,
  plainKeyOf,
  publicKeyFor,
} from '../src/index.js'
import { bytesOf, createParty, keyAt } from './party.js'

const party = createParty(3)
const [mine = new Uint8Array(32)] = party.secretKeys
const others = [1, 2].map((at) => ({ peerId: generateIdentity().peerId, publicKey: keyAt(party, at) }))
const { publicKeys, message } = party

function createNode() {
  const store = createMemoryStore({ durability: 'durable' })
  return createCoordinator({ identity: generateIdentity(), transports: [], store })
}

const order: MessageOptions = { message, publicKeys, signers: fixedSigners(others) }

function askFor(change: Partial<MessageOptions>, asked: unknown[] = []) {
  const approve = (request: unknown): boolean => asked.push(request) > 0
  return musig2(createNode(), { signer: memorySigner(mine), approve }).signMessage({ ...order, ...change })
}

describe('the plugin', () => {
  test('takes a function that approves, and limits that are numbers', () => {
    const [node, signer] = [createNode(), memorySigner(mine)]
    const approve = true as unknown as () => boolean
    expect(() => musig2(node, { signer, approve })).toThrow(TypeError)
    expect(() => musig2(node, { signer, approve: () => true, limits: { signingsPerKeyMax: 0 } })).toThrow(TypeError)
  })

  test('signs nothing where what is spent would be forgotten', async () => {
    const node = createCoordinator({ identity: generateIdentity(), transports: [] })
    const signing = musig2(node, { signer: memorySigner(mine), approve: () => true, limits: { signingsPerKeyMax: 1 } })
    expect(() => signing.serve()).toThrow(expect.objectContaining({ code: 'ROUND_STORE_VOLATILE' }))
    // The key is given back each time.
    for (let time = 0; time < 2; time++)
      await expect(signing.signMessage(order)).rejects.toMatchObject({ code: 'ROUND_STORE_VOLATILE' })
  })
})

describe('a request that makes no sense', () => {
  const other = publicKeyFor(bytesOf('a stranger'))
  test.each<[string, Partial<MessageOptions>, string]>([
    ['a message of 31 bytes', { message: message.subarray(1) }, 'ORDER_REFUSED'],
    ['a message that is text', { message: 'pay' as unknown as Uint8Array }, 'ORDER_REFUSED'],
    ['a tweak of 31 bytes', { tweaks: [{ tweak: message.subarray(1), isXOnly: true }] }, 'ORDER_REFUSED'],
    ['no other signer', { publicKeys: publicKeys.slice(0, 1) }, 'ORDER_REFUSED'],
    ['a key twice', { publicKeys: [...publicKeys, keyAt(party, 1)] }, 'ORDER_REFUSED'],
    ['keys of which none is mine', { publicKeys: publicKeys.slice(1) }, 'ORDER_REFUSED'],
    ['a key that nobody holds', { publicKeys: [...publicKeys, other] }, 'SIGNERS_UNKNOWN'],
    [
      'a tweak that is no number',
      { tweaks: [{ tweak: new Uint8Array(32).fill(255), isXOnly: true }] },
      'KEYS_MISMATCH',
    ],
  ])('%s: nobody is asked to approve it', async (_, change, code) => {
    const asked: unknown[] = []
    await expect(askFor(change, asked)).rejects.toMatchObject({ code })
    expect(asked).toEqual([])
  })

  test.each<[string, Partial<MessageOptions>]>([
    ['a deadline of no time', { deadlineMs: 0 }],
    ['retries without end', { retries: Number.POSITIVE_INFINITY }],
    ['a lifetime that is too short for what may happen', { lifetimeMs: 1_000 }],
    ['a peer id that is none', { signers: fixedSigners(others.map((each) => ({ ...each, peerId: 'x' as never }))) }],
  ])('%s is misuse, and gives the key back', async (_, change) => {
    const signing = musig2(createNode(), {
      signer: memorySigner(mine),
      approve: () => true,
      limits: { signingsPerKeyMax: 1 },
    })
    for (let time = 0; time < 2; time++)
      await expect(signing.signMessage({ ...order, ...change })).rejects.not.toMatchObject({ code: 'SIGNINGS_FULL' })
  })

  test('a no of this node’s own `approve` goes to whoever asked, and to nobody else', async () => {
    const node = createNode()
    const signing = musig2(node, { signer: memorySigner(mine), approve: () => 'not on a Sunday' })
    await expect(signing.signMessage(order)).rejects.toMatchObject({
      code: 'SIGNING_REFUSED',
      message: expect.stringContaining('not on a Sunday'),
    })
  })

  test('one request too many is refused as long as the others run', async () => {
    const node = createNode()
    const signing = musig2(node, { signer: memorySigner(mine), approve: () => true, limits: { signingsPerKeyMax: 2 } })
    const [first] = [await signing.signMessage(order), await signing.signMessage(order)]
    await expect(signing.signMessage(order)).rejects.toMatchObject({ code: 'SIGNINGS_FULL', retryable: true })
    first?.abort()
    await first?.outcome
    const third = await signing.signMessage(order)
    third.abort()
    await node.stop()
  })

  const never = () => new Promise<never>(() => {})
  const own = memorySigner(mine)
  test.each<[string, Partial<Musig2Options>, Partial<MessageOptions>]>([
    ['a person thinks', { approve: never }, {}],
    ['a device says nothing', { signer: { ...own, holds: never } }, {}],
    ['signers are looked for', {}, { signers: { find: never } }],
  ])('who gives up while %s is not kept waiting', async (_, options, change) => {
    const controller = new AbortController()
    const signing = musig2(createNode(), { signer: own, approve: () => true, ...options })
    const asked = signing.signMessage({ ...order, ...change, signal: controller.signal })
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort(new Error('never mind'))
    await expect(asked).rejects.toThrow('never mind')
    await expect(signing.signMessage({ ...order, ...change, signal: controller.signal })).rejects.toThrow('never mind')
  })

  test('what is no PSBT is refused, and so is one that asks for what is not signed here, or for nothing', async () => {
    const asked: unknown[] = []
    const approve = (request: unknown): boolean => asked.push(request) > 0
    const signing = musig2(createNode(), { signer: memorySigner(mine), approve })
    const signers = fixedSigners(others)
    const aggregate = plainKeyOf(aggregateKeys(publicKeys))
    const script = Uint8Array.of(0x51, 32, ...aggregate.subarray(1))
    const psbtWith = (input: object): Uint8Array => {
      const transaction = new Transaction({ allowUnknownInputs: true })
      transaction.addInput({ txid: bytesOf('txid'), index: 0, witnessUtxo: { script, amount: 2_000n }, ...input })
      transaction.addOutput({ script, amount: 1_000n })
      return transaction.toPSBT()
    }
    const participants = { musig2ParticipantPubkeys: [[aggregate, publicKeys]] }
    for (const [psbt, code] of [
      [Uint8Array.of(1, 2, 3), 'PSBT_MALFORMED'],
      [psbtWith({ ...participants, sighashType: SigHash.SINGLE }), 'PSBT_UNSUPPORTED'],
      [psbtWith({}), 'PSBT_UNSUPPORTED'],
    ] as const)
      await expect(signing.signPsbt({ psbt, signers })).rejects.toMatchObject({ code })
    expect(asked).toEqual([])
  })
})

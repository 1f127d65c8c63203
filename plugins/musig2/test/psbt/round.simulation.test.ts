import { isAbsent, simulate } from '@rondo/testkit/simulator'
import { p2wpkh, Transaction } from '@scure/btc-signer'
import { pubECDSA } from '@scure/btc-signer/utils.js'
import { describe, expect, test } from 'vitest'
import { describeRequest, fixedSigners, jointOutput, memorySigner, musig2 } from '../../src/index.js'
import { runScripts, spentBy } from './interpreter.js'
import { bytesOf, publicKeysOf, secretKeysOf, txidOf } from './signers.js'

const secretKeys = secretKeysOf('round', 3)
const publicKeys = publicKeysOf(secretKeys)

/** Three inputs, of three addresses of the same signers. */
function spending(): Transaction {
  const transaction = new Transaction()
  for (const at of [0, 1, 2]) {
    const joint = jointOutput(publicKeys, { path: at === 0 ? [] : [0, at], network: 'regtest' })
    transaction.addInput(joint.input({ txid: txidOf(at), index: at, amount: 100_000n }))
  }
  transaction.addOutput({ script: p2wpkh(pubECDSA(bytesOf('shop'))).script, amount: 200_000n })
  transaction.addOutput(jointOutput(publicKeys, { path: [1, 0] }).output(99_000n))
  return transaction
}

describe('a PSBT with three inputs', () => {
  test('is signed in one round by three signers, and each has the same valid transaction', async () => {
    const world = simulate({ seed: 1, peers: 3, network: { latencyMs: [5, 80] } })
    const psbt = spending().toPSBT()
    const shown: string[] = []
    const { outcomes } = await world.run(async (peer, index) => {
      const approve = (request: Parameters<typeof describeRequest>[0]): boolean => {
        shown.push(describeRequest(request))
        return true
      }
      const signing = musig2(peer, { signer: memorySigner(secretKeys[index]!), approve, network: 'regtest' })
      if (index > 0) return signing.serve().next()
      const others = world.others(0).map((peerId, at) => ({ peerId, publicKey: publicKeys[at + 1]! }))
      return (await signing.signPsbt({ psbt: spending(), signers: fixedSigners(others) })).outcome
    })
    const results = outcomes.map((outcome) => {
      if (outcome === undefined || isAbsent(outcome)) throw new Error('a peer is absent')
      if (outcome.status !== 'completed' || outcome.signed.kind !== 'psbt') throw new Error('it was not signed')
      return outcome.signed
    })
    for (const { bytes, signatures } of results) {
      expect(bytes).toEqual(results[0]!.bytes)
      expect(signatures).toHaveLength(3)
    }
    expect(runScripts(results[0]!.finalize()!, spentBy(psbt))).toEqual([true, true, true])
    expect(shown).toHaveLength(3)
    for (const text of shown) {
      expect(text).toContain('Sent away           0.00200000 BTC')
      expect(text).toContain('Comes back to the signers\n       0.00099000 BTC\n      bcrt1p')
    }
  })

  test('is signed by nobody where one of them says no', async () => {
    const world = simulate({ seed: 2, peers: 3 })
    const { outcomes } = await world.run(async (peer, index) => {
      const approve = (): boolean | string => (index === 2 ? 'too much' : true)
      const signing = musig2(peer, { signer: memorySigner(secretKeys[index]!), approve })
      if (index > 0) {
        signing.serve()
        return undefined
      }
      const others = world.others(0).map((peerId, at) => ({ peerId, publicKey: publicKeys[at + 1]! }))
      return (await signing.signPsbt({ psbt: spending(), signers: fixedSigners(others) })).outcome
    })
    const [outcome] = outcomes
    if (outcome === undefined || isAbsent(outcome)) throw new Error('the first peer is absent')
    expect(outcome).toMatchObject({ status: 'aborted', mayBeSigned: false, signed: undefined })
  })

  test('of which one belongs to other signers is signed by two groups, one after the other', async () => {
    const [ours, theirs] = [publicKeys.slice(0, 2), [publicKeys[0]!, publicKeys[2]!]]
    const both = new Transaction()
    for (const [at, keys] of [ours, theirs].entries())
      both.addInput(jointOutput(keys).input({ txid: txidOf(at), index: at, amount: 100_000n }))
    both.addOutput({ script: p2wpkh(pubECDSA(bytesOf('shop'))).script, amount: 199_000n })
    const psbt = both.toPSBT()
    const sign = async (seed: number, held: readonly number[], source: Uint8Array) => {
      const world = simulate({ seed, peers: 2 })
      const { outcomes } = await world.run(async (peer, index) => {
        const signer = memorySigner(secretKeys[held[index]!]!)
        const signing = musig2(peer, { signer, approve: () => true })
        if (index > 0) return signing.serve().next()
        const [peerId] = world.others(0)
        const signers = fixedSigners([{ peerId: peerId!, publicKey: publicKeys[held[1]!]! }])
        return (await signing.signPsbt({ psbt: source, signers })).outcome
      })
      const [outcome] = outcomes
      if (outcome === undefined || isAbsent(outcome) || outcome.signed?.kind !== 'psbt') throw new Error('not signed')
      return outcome.signed
    }
    const half = await sign(3, [1, 0], psbt)
    expect(half.signatures.map(({ input }) => input)).toEqual([0])
    expect(half.finalize()).toBeUndefined()
    const whole = await sign(4, [2, 0], half.bytes)
    expect(whole.signatures.map(({ input }) => input)).toEqual([1])
    expect(runScripts(whole.finalize()!, spentBy(psbt))).toEqual([true, true])
  })

  test('is refused by a node of whose keys none is in it', async () => {
    const world = simulate({ seed: 5, peers: 1 })
    const { outcomes } = await world.run(async (peer) => {
      const signing = musig2(peer, { signer: memorySigner(bytesOf('stranger')), approve: () => true })
      const signers = fixedSigners([])
      return signing.signPsbt({ psbt: spending(), signers }).catch((thrown: unknown) => thrown)
    })
    expect(outcomes[0]).toMatchObject({ code: 'ORDER_REFUSED' })
  })
})

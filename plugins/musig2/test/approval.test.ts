import { type PeerId, parsePeerId } from '@rondo/core'
import { hex } from '@scure/base'
import { OP, p2wpkh, Script, Transaction } from '@scure/btc-signer'
import { pubECDSA } from '@scure/btc-signer/utils.js'
import { describe, expect, test } from 'vitest'
import { requestOf, type SigningRequest } from '../src/approval.js'
import { aggregateKeys, xOnlyKeyOf } from '../src/bip327/key-context.js'
import { describeRequest } from '../src/describe-request.js'
import { jointOutput } from '../src/psbt/joint-output.js'
import type { BitcoinNetwork } from '../src/psbt/network.js'
import { SigningTask } from '../src/signing/task.js'
import { bytesOf, publicKeysOf, secretKeysOf, taskOf, txidOf } from './psbt/signers.js'

const peers = [
  'z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw',
  'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
].map(parsePeerId)
const [me, other] = peers as [PeerId, PeerId]
const secretKeys = secretKeysOf('approval', 2)
const publicKeys = publicKeysOf(secretKeys)
const joint = jointOutput(publicKeys)
const shop = p2wpkh(pubECDSA(bytesOf('shop')))

type Output = Parameters<Transaction['addOutput']>[0]
type Input = Parameters<Transaction['addInput']>[0]

interface Draft {
  readonly amount?: bigint
  readonly outputs: readonly Output[]
  readonly inputs?: readonly Input[]
  readonly lockTime?: number
  readonly sequence?: number
  readonly network?: BitcoinNetwork
}

function requestFor({
  amount = 200_000_000n,
  outputs,
  inputs = [],
  lockTime = 0,
  sequence,
  network,
}: Draft): Promise<SigningRequest> {
  const transaction = new Transaction({ lockTime, allowUnknownInputs: true, allowUnknownOutputs: true })
  const first = joint.input({ txid: txidOf(0), index: 1, amount })
  transaction.addInput(sequence === undefined ? first : { ...first, sequence })
  for (const input of inputs) transaction.addInput(input)
  for (const output of outputs) transaction.addOutput(output)
  const task = taskOf(transaction.toPSBT(), ...secretKeys.map((key) => [key]))
  return requestOf(task, other, me, peers, network ?? 'mainnet', noPause)
}

const pay = (amount: bigint): Output => ({ script: shop.script, amount })
const textOf = async (draft: Draft): Promise<string> => describeRequest(await requestFor(draft))
const noPause = async (): Promise<void> => undefined

function dataOutput(text: string | Uint8Array, amount = 0n): Output {
  const data = typeof text === 'string' ? new TextEncoder().encode(text) : text
  return { script: Script.encode(['RETURN', data]), amount }
}

describe('a request in words', () => {
  test('reads as a payment does', async () => {
    const request = await requestFor({ outputs: [pay(123_456_789n), joint.output(76_540_000n)], sequence: 0xffff_fffd })
    expect(describeRequest(request)).toBe(`${other} asks 2 signers to sign a
transaction.

Signers
  ${me}
      ${hex.encode(publicKeys[0]!)}
  ${other}
      ${hex.encode(publicKeys[1]!)}

Spends, and is signed here
       2.00000000 BTC
      ${joint.address}
      ${txidOf(0)}:1

Pays
       1.23456789 BTC  ${shop.address}

Comes back to the signers
       0.76540000 BTC
      ${joint.address}

Sent away           1.23456789 BTC
Fee                 0.00003211 BTC  (22.6 sat/vB for 142 vB)
Signers pay         1.23460000 BTC
Replaceable    yes, until it is in a block`)
  })

  test('fits 80 columns, whatever is in it', async () => {
    const inputs = Array.from({ length: 7 }, (_, at) =>
      joint.input({ txid: txidOf('more', at), index: at, amount: 1n }),
    )
    const others = Array.from({ length: 7 }, (_, at) => ({
      txid: txidOf('others', at),
      index: 4_000_000_000 + at,
      witnessUtxo: { script: shop.script, amount: 1n },
    }))
    const outputs = [
      dataOutput('wide: 你好'.repeat(40)),
      dataOutput(' '.repeat(200)),
      dataOutput('\u001b'.repeat(200), 2n),
      { script: Uint8Array.of(0x52, 40, ...new Uint8Array(40)), amount: 1n },
      { script: new Uint8Array(9_000).fill(0x51), amount: 1n },
      joint.output(3n),
    ]
    const draft = { amount: 2_000_000_000_000_000n, outputs, inputs: [...inputs, ...others], lockTime: 1_700_000_000 }
    for (const network of ['mainnet', 'regtest'] as const)
      for (const line of (await textOf({ ...draft, network, sequence: 5 })).split('\n'))
        expect(
          [...line].map((character) => (character > '\u00ff' ? 2 : 1)).reduce<number>((a, b) => a + b, 0),
        ).toBeLessThanOrEqual(80)
  })

  test('sums up what is spent where that is much', async () => {
    const inputs = Array.from({ length: 19 }, (_, at) =>
      joint.input({ txid: txidOf('more', at), index: at, amount: 10n }),
    )
    const text = await textOf({ outputs: [pay(1_000n)], inputs })
    expect(text).toContain(`${txidOf('more', 3)}:3\n       0.00000150 BTC  in 15 more\n`)
    expect(text).not.toContain(txidOf('more', 4))
  })

  test('says what the signers gain, where others pay them', async () => {
    const theirs = { txid: txidOf(9), index: 0, witnessUtxo: { script: shop.script, amount: 500_000n } }
    const outputs = [pay(100_000n), joint.output(200_390_000n)]
    expect(await textOf({ outputs, inputs: [theirs] })).toContain('\nSigners gain        0.00390000 BTC')
  })

  test('names the path of change that is derived', async () => {
    const next = jointOutput(publicKeys, { path: [0, 7] })
    expect(await textOf({ outputs: [pay(1_000n), next.output(199_990_000n)] })).toContain(
      `BTC\n      ${next.address}  (path 0/7)\n`,
    )
  })

  test('says how old what it spends must be', async () => {
    const outputs = [pay(1_000n)]
    expect(await textOf({ outputs, sequence: 1 })).toContain('Not before     1 block after what it spends')
    expect(await textOf({ outputs, sequence: 0x0040_ffff })).toContain('Not before     388.4 days after what it spends')
    expect(await textOf({ outputs, sequence: 0xffff_fffd })).not.toContain('Not before')
  })

  test('ends with what to be wary of', async () => {
    const lines = (await textOf({ amount: 10_000n, outputs: [pay(8_000n), joint.output(1_000n)] })).split('\n')
    expect(lines.at(-1)).toBe('! The fee is 12.5 % of what is sent away.')
    expect(lines.at(-2)).toBe('')
  })

  test('names a few keys of a signer that has one for each input', async () => {
    const request = await requestFor({ outputs: [pay(1n)] })
    const many = { ...request, signers: [{ peerId: me, publicKeys: Array.from({ length: 6 }, () => publicKeys[0]!) }] }
    expect(describeRequest(many)).toContain(`${hex.encode(publicKeys[0]!)}\n      and 2 more\n`)
  })

  test('names the network where it is not the one of real coins', async () => {
    expect(await textOf({ outputs: [pay(1_000_000n)], network: 'signet' })).toContain('Network        signet')
    expect(await textOf({ outputs: [pay(1_000_000n)] })).not.toContain('Network')
  })

  test('keeps thousands apart, and every decimal', async () => {
    expect(await textOf({ amount: 2_100_000_000_000_000n, outputs: [pay(2_099_999_999_999_999n)] })).toContain(
      '20,999,999.99999999 BTC',
    )
  })

  test('says from when on it can be in a block', async () => {
    const outputs = [pay(1_000n)]
    expect(await textOf({ outputs, lockTime: 840_000, sequence: 0 })).toContain('Not before     block 840000')
    expect(await textOf({ outputs, lockTime: 1_700_000_000, sequence: 0 })).toContain(
      'Not before     2023-11-14T22:13:20.000Z',
    )
  })

  test.each<[string, Draft, string]>([
    [
      'a fee above a tenth',
      { amount: 10_000n, outputs: [pay(8_000n), joint.output(1_000n)] },
      '! The fee is 12.5 % of what is sent away.',
    ],
    ['a high fee', { outputs: [pay(190_000_000n), joint.output(1n)] }, '! The fee is high: 0.09999999 BTC.'],
    [
      'a high fee rate',
      { amount: 10_100_000n, outputs: [pay(10_000_000n), joint.output(1n)] },
      '! The fee rate is high: 704 sat/vB.',
    ],
    [
      'a fee that nobody will take',
      { amount: 1_001n, outputs: [pay(500n), joint.output(500n)] },
      '! The fee is below 1 sat/vB: it may never be in a block.',
    ],
    [
      'an output without an address',
      { outputs: [{ script: Uint8Array.of(OP.OP_1, OP.OP_1), amount: 1n }] },
      '! 1 output has no address: look at the script.',
    ],
    ['coins that are thrown away', { outputs: [dataOutput('gone', 5n)] }, '! Coins that are sent to data are lost.'],
    [
      'coins that anybody may take',
      { outputs: [{ script: Uint8Array.of(0x51, 2, 0x4e, 0x73), amount: 500n }] },
      '! Whoever comes first may take what is paid to bc1pfeessrawgf, an anchor.',
    ],
    [
      'what the signers have signed already, or will in another round',
      {
        outputs: [pay(1n)],
        inputs: [5n, 6n].map((each, at) => {
          return { txid: txidOf(9), index: at, witnessUtxo: { script: joint.script, amount: each } }
        }),
      },
      '! 2 inputs of the signers (1, 2) not signed here: counted in what they pay.',
    ],
    [
      'change that nobody would look for',
      { outputs: [pay(1n), jointOutput(publicKeys, { path: [1, 2_000_000_000] }).output(5n)] },
      '! Change to the path 1/2000000000: a wallet may not find it without this PSBT.',
    ],
    ['nothing that comes back', { outputs: [pay(1n)] }, '! Nothing of it comes back'],
    [
      'inputs of others',
      { outputs: [pay(1n)], inputs: [{ txid: txidOf(9), index: 0, witnessUtxo: { script: shop.script, amount: 5n } }] },
      '! 1 input signed by others (1): if any is yours, you pay more than is said here.',
    ],
  ])('warns of %s', async (_, draft, warning) => {
    expect((await textOf(draft)).replaceAll('\n  ', ' ')).toContain(warning)
  })

  test('does not warn of what is as it should be', async () => {
    expect(await textOf({ outputs: [pay(100_000_000n), joint.output(99_990_000n)] })).not.toContain('!')
  })

  test('says that it cannot know the fee rate where others’ signatures decide it', async () => {
    const script = p2wpkh(pubECDSA(bytesOf('x'))).script
    const unknown = {
      txid: txidOf(9),
      index: 0,
      witnessUtxo: { script: Uint8Array.of(0, 32, ...bytesOf('wsh')), amount: 5n },
    }
    expect(await textOf({ outputs: [{ script, amount: 1n }], inputs: [unknown] })).toContain(
      'others decide for how many bytes',
    )
  })
})

describe('nothing hostile in a request reaches the terminal', () => {
  /** As if it were on one line. */
  const shows = async (text: string | Uint8Array): Promise<string> => {
    const [, shown = ''] = (await textOf({ outputs: [dataOutput(text)] })).split('data:')
    return `data:${shown.split('\n\n')[0]?.replaceAll('\n      ', '')}`
  }

  test.each<[string, string, string]>([
    ['plain text stays', 'hello, wörld → 你好', 'hello, wörld \\u{2192} 你好'],
    ['escape sequences', '\u001b[2Jwiped', '\\u{1b}[2Jwiped'],
    ['line ends', 'x\r\nPays', 'x\\u{d}\\u{a}Pays'],
    ['text that turns around', 'abc\u202e\u2066cba', 'abc\\u{202e}\\u{2066}cba'],
    ['scripts from right to left', 'א1', '\\u{5d0}1'],
    ['what cannot be seen', 'a\u200b\u3164\u00ad\ufeffb', 'a\\u{200b}\\u{3164}\\u{ad}\\u{feff}b'],
    ['gaps, which would move text to where something else stands', 'a    b', 'a \\u{20}\\u{20}\\u{20}b'],
    ['marks upon marks', 'a\u0300\u0301', 'a\\u{300}\\u{301}'],
    ['what looks like an escape', '\\u{41}', '\\\\u{41}'],
  ])('%s', async (_, text, shown) => {
    expect(await shows(text)).toContain(`data: “${shown}” (`)
  })

  test('data that is no text is shown as it stands, and long data is cut', async () => {
    expect(await shows(Uint8Array.of(0xff, 0xfe))).toContain('data: fffe')
    expect(await shows('y'.repeat(300))).toContain(`“${'y'.repeat(160)}…”`)
    expect(await shows('y'.repeat(300))).toContain('of 300 bytes')
  })

  test('no line of any request has a character that is not printed', async () => {
    const text = await textOf({ outputs: [dataOutput(new Uint8Array(80).map((_, at) => at)), pay(1n)] })
    expect(/[^\P{C}\n]/u.test(text)).toBe(false)
  })
})

describe('a request for a message', () => {
  const message = bytesOf('message')
  const tweaks = [{ tweak: bytesOf('tweak'), isXOnly: true }]
  const seats = publicKeys.map((key) => [key])
  const task = new SigningTask({ seats, request: { kind: 'message', message, publicKeys, tweaks: [] } })

  test('shows the message, the key and the signers, and says what they could stand for', async () => {
    const text = describeRequest(await requestOf(task, me, me, peers, 'mainnet', noPause))
    expect(text).toContain('You ask 2 signers to sign a message.')
    expect(text).toContain(`Message        ${hex.encode(message)}`)
    expect(text).toContain(`Joint key      ${hex.encode(xOnlyKeyOf(aggregateKeys(publicKeys)))}\n`)
    expect(text).toContain('a payment of all coins of this key')
    for (const key of publicKeys) expect(text).toContain(hex.encode(key))
  })

  test('says that the key is tweaked', async () => {
    const tweaked = new SigningTask({ seats, request: { kind: 'message', message, publicKeys, tweaks } })
    expect(describeRequest(await requestOf(tweaked, me, me, peers, 'mainnet', noPause))).toContain('(with 1 tweak)')
  })
})

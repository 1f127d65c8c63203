import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Transaction } from '@scure/btc-signer'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readPsbtFile, writePsbtFile } from '../src/file.js'
import { jointOutput } from '../src/psbt/joint-output.js'
import { psbtBase64 } from '../src/psbt/psbt.js'
import { publicKeysOf, secretKeysOf, signTogether, txidOf } from './psbt/signers.js'

const secretKeys = secretKeysOf('file', 2)
const joint = jointOutput(publicKeysOf(secretKeys))
const transaction = new Transaction()
transaction.addInput(joint.input({ txid: txidOf(0), index: 0, amount: 10_000n }))
transaction.addOutput(joint.output(9_000n))
const psbt = transaction.toPSBT()

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rondo-psbt-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('a PSBT in a file', () => {
  test.each(['spend.psbt', 'spend.txt', 'spend.B64'])('is read as it was written: %s', async (name) => {
    const path = join(folder, name)
    const signed = signTogether(psbt, secretKeys)
    await writePsbtFile(path, signed)
    expect(await readPsbtFile(path)).toEqual(signed.bytes)
    const isText = (await readFile(path, 'latin1')).startsWith('cHNidP8')
    expect(isText).toBe(name !== 'spend.psbt')
    expect(await readdir(folder)).toEqual([name])
  })

  test('may be base64 whatever its name is', async () => {
    const path = join(folder, 'spend.psbt')
    await writeFile(path, `${psbtBase64(psbt).replace(/(.{76})/g, '$1\n')}\n`)
    expect(await readPsbtFile(path)).toEqual(psbt)
  })

  test.skipIf(process.platform === 'win32')('is its owner’s alone to read', async () => {
    const path = join(folder, 'spend.psbt')
    await writePsbtFile(path, transaction)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('takes the place of what was there, and leaves it where it cannot be written', async () => {
    const path = join(folder, 'spend.psbt')
    await writeFile(path, 'before')
    await expect(writePsbtFile(path, 'no PSBT')).rejects.toMatchObject({ code: 'PSBT_MALFORMED' })
    expect(await readFile(path, 'utf8')).toBe('before')
    await writePsbtFile(path, psbt)
    expect(await readPsbtFile(path)).toEqual(psbt)
    await expect(writePsbtFile(join(folder, 'none', 'spend.psbt'), psbt)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await readdir(folder)).toEqual(['spend.psbt'])
  })

  test('is refused where it is none, or larger than any', async () => {
    const path = join(folder, 'spend.psbt')
    await writeFile(path, new Uint8Array(600_000))
    await expect(readPsbtFile(path)).rejects.toMatchObject({ code: 'PSBT_UNSUPPORTED' })
    await expect(readPsbtFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

import { mkdtemp, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { musig2Error } from './errors.js'
import { psbtBytesMax } from './options.js'
import { type PsbtSource, psbtBase64, psbtBytes } from './psbt/psbt.js'
import type { SignedPsbt } from './psbt/signed-psbt.js'

// PSBTs in files, for Node. What a wallet exports is either of two things: the bytes, or their base64.

/** Twice its bytes hold the base64, and the ends of its lines. */
const fileBytesMax = 2 * psbtBytesMax

/** The bytes of a PSBT, whichever way the file keeps it. Rejects with PSBT_MALFORMED or PSBT_UNSUPPORTED, or with what the system says. */
export async function readPsbtFile(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    // Some files say that they are empty, and never end.
    const content = new Uint8Array(fileBytesMax + 1)
    let filled = 0
    for (let more = true; more; ) {
      const { bytesRead } = await file.read(content, filled, content.length - filled)
      filled += bytesRead
      more = bytesRead > 0 && filled < content.length
    }
    if (filled > fileBytesMax)
      throw musig2Error('PSBT_UNSUPPORTED', { detail: `a file of more than ${fileBytesMax} bytes` })
    return psbtBytes(content.slice(0, filled))
  } finally {
    await file.close()
  }
}

/**
 * Writes a PSBT, as base64 where the name ends in `.txt`, `.b64` or `.base64`, as bytes otherwise: whole, or not at all. Only the owner
 * may read it: it tells what somebody owns, and to whom it is paid.
 */
export async function writePsbtFile(path: string, psbt: SignedPsbt | PsbtSource): Promise<void> {
  const bytes = isSigned(psbt) ? psbt.bytes : psbtBytes(psbt)
  const content = /\.(txt|b64|base64)$/i.test(path) ? `${psbtBase64(bytes)}\n` : bytes
  // In a folder of its own beside it: to put it in its place is one step then.
  const folder = await mkdtemp(join(dirname(path), '.psbt-'))
  try {
    const draft = join(folder, basename(path))
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function isSigned(psbt: SignedPsbt | PsbtSource): psbt is SignedPsbt {
  return typeof psbt === 'object' && 'kind' in psbt && psbt.kind === 'psbt'
}

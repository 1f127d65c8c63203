import { hex } from '@scure/base'
import { Script } from '@scure/btc-signer'
import { printable } from './printable.js'

const scriptBytesShown = 80

/** An output that has no address, in words: what `OP_RETURN` carries as text where it is some, anything else as it stands. */
export function describeOutputScript(script: Uint8Array): string {
  const data = dataOf(script)
  if (data === undefined) return `no address: script ${shortHex(script)}`
  const text = textIn(data)
  return text === undefined ? `data: ${shortHex(data)}` : `data: “${printable(text)}” (${shortHex(data)})`
}

const opReturn = 0x6a

/** What stands behind `OP_RETURN`, pushed or not. */
function dataOf(script: Uint8Array): Uint8Array | undefined {
  if (script[0] !== opReturn) return undefined
  try {
    const pushed = Script.decode(script).slice(1)
    return Uint8Array.from(pushed.flatMap((part) => (part instanceof Uint8Array ? [...part] : [])))
  } catch {
    return script.subarray(1)
  }
}

function textIn(data: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data)
    return text.length > 0 ? text : undefined
  } catch {
    return undefined
  }
}

function shortHex(bytes: Uint8Array): string {
  const shown = hex.encode(bytes.subarray(0, scriptBytesShown))
  return bytes.length > scriptBytesShown ? `${shown}… of ${bytes.length} bytes` : shown || 'nothing'
}

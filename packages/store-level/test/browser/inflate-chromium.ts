import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'

const require = createRequire(import.meta.url)

/**
 * The browser in @sparticuz/chromium, inflated once, beside its archive, so that it comes and goes with its version. The
 * package's own way is a fixed name in the temporary folder, where runs at the same time meet half of a program.
 */
export async function inflateChromium(): Promise<string> {
  const program = join(dirname(require.resolve('@sparticuz/chromium')), '../bin/chromium')
  if (existsSync(program)) return program
  const unfinished = `${program}.${process.pid}`
  await pipeline(
    createReadStream(`${program}.br`),
    createBrotliDecompress(),
    createWriteStream(unfinished, { mode: 0o700 }),
  )
  await rename(unfinished, program)
  return program
}

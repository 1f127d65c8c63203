import type { Malice } from './malice.js'
import { tamperFrames } from './tamper-frames.js'

/** Accepts links and hears everything, and never says a word. */
export function silence(): Malice {
  return tamperFrames('silence', () => () => [])
}

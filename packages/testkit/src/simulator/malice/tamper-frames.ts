import type { Malice, MaliceTools } from './malice.js'
import { wrapLink } from './wrap-link.js'

/** Makes of a frame what goes out in its place: nothing, something else, or more. */
export type Tamper = (frame: Uint8Array) => readonly Uint8Array[]

/** Changes sealed frames on their way out. */
export function tamperFrames(name: string, begin: (tools: MaliceTools) => Tamper): Malice {
  return {
    name,
    begin(tools) {
      const tamper = begin(tools)
      return {
        link: (link) =>
          wrapLink(link, {
            send(frame) {
              let isBelow = true
              for (const each of tamper(frame)) isBelow = link.send(each.subarray(0, link.capabilities.frameBytesMax))
              return isBelow
            },
          }),
      }
    },
  }
}

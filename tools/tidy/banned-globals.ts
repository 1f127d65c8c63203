// Time, randomness and timers come in through Env. Used anywhere else, the simulator could not see them.

import { codeOnly } from './code-only.ts'
import { type Finding, findAll, isPublicSource, type Source } from './source.ts'

const mayTouchTheMachine = /\/src\/(env|platform)\//

const banned =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.now\b|\b(?:set|clear)(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bprocess\.(?:nextTick|hrtime)\b|\bgetRandomValues\b|\brandom(?:Bytes|UUID|Int|Fill|FillSync)\b|\bAbortSignal\.timeout\b|\bconsole\.\w+/g

export function bannedGlobals(sources: readonly Source[]): Finding[] {
  return sources
    .filter((source) => isPublicSource(source) && !mayTouchTheMachine.test(source.path))
    .flatMap(({ path, text }) =>
      findAll({ path, text: codeOnly(text) }, banned, (name) => `${name} belongs behind Env: src/env or src/platform`),
    )
}

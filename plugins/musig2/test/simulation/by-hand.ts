import type { Coordinator, PeerId } from '@rondo/core'
import { rounds } from '@rondo/rounds'
import type { musig2Rounds, Signer } from '../../src/index.js'
import type { Order } from '../../src/signing/order.js'
import type { EngineRound } from '../../src/signing/signing-round.js'

// A signer without the plugin around it: the definition, and whoever plays by it, or by another one of the same name.

export type Definition = typeof musig2Rounds

export interface ByHand {
  serve(onRound: OnRound): void
  /** By another definition still, where one is given. */
  start(options: HandStart, onRound: OnRound, by?: Definition): Promise<void>
  recover(onRound: (round: EngineRound) => unknown): Promise<void>
}

/** `hasSigned` says whether a part was asked for in it. */
export type OnRound = (round: EngineRound, hasSigned: () => boolean) => unknown

export interface HandStart {
  readonly with: readonly PeerId[]
  readonly setup: Order
  readonly minimum?: number | undefined
  readonly retries: number
  readonly answerMs: number
  readonly deadlineMs: number
  readonly lifetimeMs: number
}

export function byHand(coordinator: Coordinator, definition: Definition, signer: Signer): ByHand {
  const engine = rounds(coordinator)
  const pause = (): Promise<void> => new Promise((resolve) => void coordinator.env.schedule(0, resolve))
  /** Asked for once a round. */
  const locally = () => {
    let hasSigned = false
    const signs = (): void => {
      hasSigned = true
    }
    return { local: { signer, pause, signs }, hasSigned: () => hasSigned }
  }
  return {
    serve(onRound) {
      engine.serve(definition, (invite) => {
        const { local, hasSigned } = locally()
        onRound(invite.accept({ local }), hasSigned)
      })
    },
    async start(options, onRound, by = definition) {
      const { local, hasSigned } = locally()
      onRound(await engine.start(by, { ...options, local }), hasSigned)
    },
    async recover(onRound) {
      for (const round of await engine.recover(definition)) onRound(round)
    },
  }
}

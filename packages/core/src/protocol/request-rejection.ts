import { coreErrorTable } from '../errors.js'
import type { Rejection } from '../flow/envelope.js'
import { RondoError } from '../rondo-error.js'

const detailCharactersMax = 256

/** The peer said no, for one of the reasons that the protocol declares. A handler throws it, the requester gets it. */
export class RequestRejection<Reason extends string = string> extends RondoError<'REQUEST_REJECTED'> {
  readonly reason: Reason
  readonly #detail: string | undefined

  constructor(
    reason: Reason,
    options: { readonly detail?: string | undefined; readonly peerId?: string | undefined } = {},
  ) {
    if (typeof reason !== 'string') throw new TypeError(`a rejection’s reason is a text, not ${typeof reason}`)
    const detail = options.detail?.slice(0, detailCharactersMax)
    super('REQUEST_REJECTED', coreErrorTable.REQUEST_REJECTED, {
      detail: detail === undefined ? reason : `${reason}, ${detail}`,
      peerId: options.peerId,
      details: { reason },
    })
    this.reason = reason
    this.#detail = detail
  }

  toRejection(): Rejection {
    return { code: this.code, reason: this.reason, ...(this.#detail === undefined ? {} : { detail: this.#detail }) }
  }
}

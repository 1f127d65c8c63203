/** A contribution that breaks the protocol, by what everybody can see: it convicts its author. */
export class Fault {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

/**
 * What `check` returns where a contribution breaks the protocol.
 *
 * @example
 * check: (view, from, shown) => opens(view, 'commit', from, shown) || fault('the opening does not match its commitment')
 */
export function fault(reason: string): Fault {
  return new Fault(cut(reason))
}

/** Thrown by `contribute` where this member will not go on, for reasons that only it can see. Convicts nobody. */
export class Declined extends Error {
  override readonly name = 'Declined'
  readonly reason: string

  constructor(reason: string) {
    super(`declined: ${reason}`)
    this.reason = cut(reason)
  }
}

const reasonCharactersMax = 256

/** Reasons travel. */
export function cut(reason: string): string {
  return String(reason).slice(0, reasonCharactersMax)
}

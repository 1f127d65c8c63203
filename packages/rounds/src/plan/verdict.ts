// Known by these marks, and not by their classes: a program may have two copies of the package.
const faultMark = Symbol.for('@rondo/rounds fault')
const declinedMark = Symbol.for('@rondo/rounds declined')

/** A contribution that breaks the protocol, by what everybody can see: it convicts its author. */
export class Fault {
  readonly [faultMark] = true
  readonly reason: string

  constructor(reason: string) {
    this.reason = cut(reason)
  }
}

/**
 * What `check` returns where a contribution breaks the protocol.
 *
 * @example
 * check: (view, from, shown) => opens(view, 'commit', from, shown) || fault('the opening does not match its commitment')
 */
export function fault(reason: string): Fault {
  return new Fault(reason)
}

/** Thrown by `contribute` where this member will not go on, for reasons that only it can see. Convicts nobody. */
export class Declined extends Error {
  override readonly name = 'Declined'
  readonly [declinedMark] = true
  readonly reason: string

  constructor(reason: string) {
    const short = cut(reason)
    super(`declined: ${short}`)
    this.reason = short
  }
}

export function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && faultMark in value
}

export function isDeclined(value: unknown): value is Declined {
  return typeof value === 'object' && value !== null && declinedMark in value
}

/** Of whatever an author's function has thrown, and some things have no text. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return 'something without words'
  }
}

export const reasonCharactersMax = 256

/** Reasons travel: as well-formed text, though the cut may have gone through a character. */
export function cut(reason: string): string {
  return String(reason)
    .slice(0, reasonCharactersMax)
    .replace(/\p{Surrogate}/gu, '\ufffd')
}

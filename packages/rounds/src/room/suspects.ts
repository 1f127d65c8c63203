import type { Closing } from '../articles/article.js'
import { type Attempt, candidateOf, culpritIn, isConvicted, type Room, type Suspect } from './room.js'

// In whom the reason may lie that an attempt did not go on. A suspect is not convicted of anything: a message may be late, a link
// may be cut, and whoever says that another was silent may lie.

/** Whose contribution to the present phase is not here, or is about something else. */
export function missingIn({ said, phase, roster, mine }: Attempt): readonly number[] {
  return roster.filter((_, position) => {
    const saying = said[phase]?.[position]
    return position !== mine && (saying === undefined || saying.state === 'astray')
  })
}

/** Where nobody was waited for, nobody was silent for too long. */
export function suspectsIn(room: Room, attempt: Attempt, hasWaited: boolean): readonly Suspect[] {
  const name = (phase: number): string => room.plan.phases[phase]?.name ?? ''
  // What a convicted member says of others is worth nothing.
  const others = attempt.closings.filter(({ author }) => {
    const member = candidateOf(room, author)
    return member !== room.me && !isConvicted(room, member)
  })
  // Who says that it went no further in a later phase claims to have said what is missing here: that excuses nobody.
  const closers = new Set(
    others.filter(({ phase }) => phase <= attempt.phase).map(({ author }) => candidateOf(room, author)),
  )
  const suspects = new Map<number, Suspect>()
  for (const member of missingIn(attempt)) {
    if (closers.has(member) || isConvicted(room, member)) continue
    const saying = attempt.said[attempt.phase]?.[attempt.roster.indexOf(member)]
    const why = saying?.state === 'astray' ? 'astray' : 'silent'
    if (why === 'silent' && !hasWaited) continue
    suspects.set(member, { member, why, phase: name(attempt.phase), by: [] })
  }
  for (const closing of others) {
    const member = candidateOf(room, closing.author)
    const missed = closing.missing.filter((each) => attempt.roster.includes(each) && !isConvicted(room, each))
    const accused = closing.reason === 'timeout' ? missed : []
    for (const each of accused.filter((other) => other !== room.me && other !== member))
      accuse(suspects, each, member, name(closing.phase))
    const isHasty = attempt.hasty.includes(member)
    if (isHasty || isReasonOfItsOwn(closing, culpritIn(room, attempt) !== undefined, others, missed, suspects))
      suspects.set(member, { member, why: 'closed', phase: name(closing.phase), by: [] })
  }
  return [...suspects.values()].sort((a, b) => a.member - b.member)
}

function accuse(suspects: Map<number, Suspect>, member: number, by: number, phase: string): void {
  const known = suspects.get(member)
  if (known === undefined) suspects.set(member, { member, why: 'accused', phase, by: [by] })
  else if (known.why === 'accused') suspects.set(member, { ...known, by: [...known.by, by] })
}

/** Whether nothing that is known here explains why this member went no further. */
function isReasonOfItsOwn(
  closing: Closing,
  isCulpritKnown: boolean,
  others: readonly Closing[],
  missed: readonly number[],
  suspects: ReadonlyMap<number, Suspect>,
): boolean {
  switch (closing.reason) {
    case 'evidence':
      return !isCulpritKnown
    case 'closed':
      return !isCulpritKnown && !others.some(({ reason }) => reason !== 'closed' && reason !== 'evidence')
    case 'timeout':
      return !missed.some((member) => isMissedHere(suspects.get(member)))
    default:
      return true
  }
}

function isMissedHere(suspect: Suspect | undefined): boolean {
  return suspect?.why === 'silent' || suspect?.why === 'astray'
}

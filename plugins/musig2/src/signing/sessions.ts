import { createSession, type Session } from '../bip327/session.js'
import type { Pause, SigningTask } from './task.js'

// The sessions of a round, one for each item: made once from what was agreed on, and kept as long as the round is.

/** What everybody sees once all nonces are there. */
export interface AgreedView {
  readonly setup: SigningTask
  all(phase: 'nonces'): readonly (readonly Uint8Array[])[]
}

interface Kept {
  /** By member: these very lists, or others were agreed on. */
  readonly nonces: readonly (readonly Uint8Array[])[]
  readonly sessions: Session[]
}

const kept = new WeakMap<SigningTask, Kept>()

/** In the order of the items. */
export function sessionsOf(view: AgreedView): readonly Session[] {
  const { nonces, sessions } = keptFor(view)
  for (let at = sessions.length; at < view.setup.items.length; at++) sessions.push(sessionOf(view.setup, nonces, at))
  return sessions
}

/** The same, piece by piece: a hundred signers of many inputs take their time. */
export async function prepareSessions(view: AgreedView, pause: Pause): Promise<readonly Session[]> {
  await view.setup.prepareKeys(pause)
  const { nonces, sessions } = keptFor(view)
  for (let at = sessions.length; at < view.setup.items.length; at = sessions.length) {
    sessions.push(sessionOf(view.setup, nonces, at))
    await pause()
  }
  return sessions
}

function keptFor(view: AgreedView): Kept {
  const nonces = view.all('nonces')
  const known = kept.get(view.setup)
  if (known?.nonces.every((list, member) => list === nonces[member]) === true) return known
  const fresh: Kept = { nonces, sessions: [] }
  kept.set(view.setup, fresh)
  return fresh
}

function sessionOf(task: SigningTask, nonces: Kept['nonces'], at: number): Session {
  const message = task.items[at]?.message ?? new Uint8Array(0)
  const inOrder = task.seatsOf(at).map((seat) => nonces[seat]?.[at] ?? new Uint8Array(0))
  return createSession(task.keyOf(at), inOrder, message)
}

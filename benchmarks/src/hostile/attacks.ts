import { createHandshakeFlood } from './flood-handshakes.ts'
import { createMessageFlood } from './flood-messages.ts'
import { createHalfOpen } from './half-open.ts'
import { createSlowReader } from './slow-reader.ts'

/** What an attacker can be told to do. Nothing happens before it is. */
export function createAttacks() {
  return {
    messages: createMessageFlood(),
    handshakes: createHandshakeFlood(),
    halfOpen: createHalfOpen(),
    slowReader: createSlowReader(),
  }
}

export type Attacks = ReturnType<typeof createAttacks>

import type { PeerId } from '@rondo/core'
import type { Desk } from './round-malice.js'

/** Who hears the other story: every second member, or one alone. */
export type Listeners = 'half' | 'one'

export type Story = 'first' | 'second' | 'both'

/** Tells each member one story and stays with it. Where there is one member only, it hears both: or there would be no lie. */
export function chooseStories(listeners: Listeners): (to: PeerId, desk: Desk) => Story {
  if (listeners !== 'half' && listeners !== 'one')
    throw new TypeError(`listeners are half or one: ${String(listeners)}`)
  const stories = new Map<PeerId, Story>()
  return (to, { peers }) => {
    if (peers.length < 2) return 'both'
    const told = stories.get(to)
    if (told !== undefined) return told
    const isSecond = listeners === 'half' ? stories.size % 2 === 0 : stories.size === 0
    const story = isSecond ? 'second' : 'first'
    stories.set(to, story)
    return story
  }
}

export function assertListeners(listeners: Listeners): void {
  if (listeners !== 'half' && listeners !== 'one') throw new TypeError(`to must be half or one: ${String(listeners)}`)
}

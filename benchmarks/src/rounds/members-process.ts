import { serveCalls } from '../processes/serve-calls.ts'
import { isGameName, openGame } from './games.ts'
import { createMembers } from './members.ts'
import { isMesh } from './mesh.ts'

// One process of members: does what the runner asks, and never outlives it. `members-process.ts <mesh> <game> <items>`

const [mesh = '', game = '', items = ''] = process.argv.slice(2)
if (!isMesh(mesh) || !isGameName(game)) throw new TypeError(`no members of ${game} over ${mesh}`)

process.on('disconnect', () => process.exit())
serveCalls({ members: createMembers(mesh, await openGame(game, Number(items))) })

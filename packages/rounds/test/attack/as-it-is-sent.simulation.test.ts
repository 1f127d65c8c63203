import { defineRounds, fault, type Outcome, rounds, schemaOf } from '@rondo/rounds'
import { isAbsent, simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

// What is encoded and decoded may come back as something else: a property that is undefined is not sent at all. Others judge what
// they read, and so whoever judges what it meant to say has itself convicted by an honest slip.

const noted = schemaOf(
  (value): value is { readonly note: string | undefined } =>
    typeof value === 'object' && value !== null && 'note' in value,
  'something with a note',
)
const anything = schemaOf((_): _ is unknown => true, 'anything')

type Definition = Parameters<ReturnType<typeof rounds>['serve']>[0]

async function play(definition: Definition, setup: unknown): Promise<readonly Outcome[]> {
  const world = simulate({ seed: 1, peers: 2, network: { latencyMs: 10 } })
  const { outcomes } = await world.run(async (peer, index) => {
    if (index === 1)
      return rounds(peer)
        .serve(definition, (invite) => invite.accept({ local: undefined }))
        .next()
    const terms = { with: world.others(0), setup, answerMs: 500, deadlineMs: 500, local: undefined }
    return (await rounds(peer).start(definition, terms)).outcome
  })
  return outcomes.filter((outcome) => !isAbsent(outcome))
}

test('a contribution that others would read as something else is not signed', async () => {
  const definition = defineRounds({ name: 'noted', setup: anything })
    .phase('say', { contribution: noted, contribute: () => ({ note: undefined }) })
    .result((view) => view.all('say').length)
  for (const outcome of await play(definition, 1)) {
    expect(outcome).toMatchObject({ status: 'aborted', culprits: [] })
    expect(outcome.status === 'aborted' && outcome.detail).toMatch(/own contribution|could not go on/)
  }
})

test('what is signed is what was judged, whatever becomes of the value meanwhile', async () => {
  const one = schemaOf(
    (value): value is { readonly one: number } =>
      typeof value === 'object' && value !== null && 'one' in value && value.one === 1,
    'a one',
  )
  const definition = defineRounds({ name: 'changing', setup: anything })
    .phase('say', { contribution: one, contribute: () => oneTwice() })
    .result((view) => view.all('say').length)
  for (const outcome of await play(definition, 1)) expect(outcome).toMatchObject({ status: 'completed', result: 2 })
})

/** For whoever looks a third time it is something else. */
function oneTwice(): { readonly one: number } {
  let looks = 0
  return {
    get one() {
      looks += 1
      return looks > 2 ? 0 : 1
    },
  }
}

test('the host sees the setup that all others see', async () => {
  const defaulted = schemaOf((_): _ is { readonly sides?: number | undefined } => true, 'sides')
  const played = defineRounds({ name: 'setup', setup: defaulted })
    .phase('say', {
      contribution: anything,
      contribute: (view) => 'sides' in view.setup,
      check: (view, _, said) => said === 'sides' in view.setup || fault('another setup'),
    })
    .result((view) => view.all('say'))
  for (const outcome of await play(played, { sides: undefined }))
    expect(outcome).toMatchObject({ status: 'completed', result: [false, false] })
})

// Verifies a transcript, or evidence, from a file, against the built packages: `npm run verify-transcript -- --help`.

import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { createMessageVerifier } from '@rondo/core'
import { secp256k1 } from '@rondo/core/secp256k1'
import { defaultTranscriptLimits, verifyEvidence, verifyTranscript } from '@rondo/rounds'
import { loadDefinition } from './load-definition.ts'
import { help, type Options, readOptions } from './options.ts'
import { convictionLines, shown, transcriptLines } from './print-verdict.ts'

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') process.stdout.write(help)
  else if (!(await show(options))) process.exitCode = 1
} catch (error) {
  process.stderr.write(`  error       ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

/** Whether the file shows something: a result, or a culprit. */
async function show({ file, module, exported, network, round }: Options): Promise<boolean> {
  // npm runs scripts from the top of the workspace, wherever it was called.
  const folder = process.env['INIT_CWD'] ?? process.cwd()
  const definition = await loadDefinition(folder, module, exported)
  const bytes = read(resolve(folder, file), file)
  const protocol = `${definition.name} ${definition.version}`
  const verify = createMessageVerifier({ suites: [secp256k1()] })
  const transcript = await verifyTranscript(definition, bytes, { network, round, verify })
  if (transcript.ok) {
    print(transcriptLines(protocol, transcript))
    return transcript.status === 'completed' || transcript.culprits.length > 0
  }
  // Two statements that convict need no invitation, and are no transcript of a round.
  const evidence = round === undefined ? await verifyEvidence(definition, bytes, { network, verify }) : transcript
  if (!evidence.ok) throw new Error(`${transcript.code}: ${shown(transcript.detail)}`)
  print(convictionLines(protocol, evidence))
  return true
}

function read(path: string, name: string): Uint8Array {
  const status = statSync(path, { throwIfNoEntry: false })
  if (status?.isFile() !== true) throw new Error(`there is no file ${name}`)
  const { transcriptBytesMax } = defaultTranscriptLimits
  if (status.size > transcriptBytesMax)
    throw new Error(`${name} has ${status.size} bytes; a transcript has at most ${transcriptBytesMax}`)
  return readFileSync(path)
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

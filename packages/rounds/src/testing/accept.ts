/**
 * Accepts every invitation.
 *
 * @example
 * rounds(peer).serve(dice, accept)
 */
export function accept<Answer>(invite: { accept(options?: { readonly local?: undefined }): Answer }): Answer {
  return invite.accept()
}

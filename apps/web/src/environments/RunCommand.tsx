'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { SelectField, TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'

const limits = [
  { seconds: 600, words: '10 minutes' },
  { seconds: 3600, words: '1 hour' },
  { seconds: 21_600, words: '6 hours' },
  { seconds: 86_400, words: '1 day' },
]
const limitDefault = 3600

/** Asks what is to be run, as which service and for how long at most. */
export function RunCommand({
  place,
  services,
  onClose,
  onBegun,
}: {
  place: { app: string; environment: string }
  services: Answers['environments']['get']['services']
  onClose: () => void
  onBegun: (runId: string) => void
}) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const [command, setCommand] = useState('')
  const [service, setService] = useState(
    (services.find(({ url }) => url !== null) ?? services[0])?.name ?? '',
  )
  const [timeoutSeconds, setTimeoutSeconds] = useState(limitDefault)
  const start = useMutation(
    trpc.runs.start.mutationOptions({
      onSuccess: async ({ runId }) => {
        await queryClient.invalidateQueries(trpc.runs.pathFilter())
        onBegun(runId)
        onClose()
      },
    }),
  )
  return (
    <Dialog isOpen onClose={onClose} title={`Run a command on ${place.environment}`}>
      <p>
        It runs once on the host, beside the services: with the release that is live, its variables and its
        disk. It reads nothing that you type, and goes on when you leave this page.
      </p>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (start.isPending || command.trim() === '') return
          start.mutate({ organisationId, ...place, service, command, timeoutSeconds })
        }}
      >
        <TextField
          label="Command"
          isMono
          placeholder="npm run migrate"
          maxLength={3500}
          autoComplete="off"
          value={command}
          onChange={(event) => setCommand(event.target.value)}
        />
        <div className="grid grid-cols-2 gap-3">
          <SelectField label="As" value={service} onChange={(event) => setService(event.target.value)}>
            {services.map(({ id, name }) => (
              <option key={id} value={name}>
                {name}
              </option>
            ))}
          </SelectField>
          <SelectField
            label="For at most"
            value={timeoutSeconds}
            onChange={(event) => setTimeoutSeconds(Number(event.target.value))}
          >
            {limits.map(({ seconds, words }) => (
              <option key={seconds} value={seconds}>
                {words}
              </option>
            ))}
          </SelectField>
        </div>
        {start.error ? <ProblemNotice problem={problemOf(start.error)} isUrgent /> : null}
        <div className="flex gap-2">
          <Button
            type="submit"
            look="go"
            busy={start.isPending && 'Sending it'}
            {...(command.trim() === '' && { reason: 'Write a command first.' })}
            reasonHidden
          >
            Run it
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}
